"""How much work a question may take: numbers and letters that are read for it are counted.

What a question costs depends on its words and on the index alone, never on the clock or on what was
asked before. About ten nanoseconds of work count as one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from archive.errors import QueryTooBroad

SHORT = 5_000_000
"""Steps of a question for which others wait: about 50 ms."""

MOST = 60 * SHORT
"""Steps of any question."""


class Exceeded(Exception):
    """A question takes more steps than one for which others wait; no refusal."""


@dataclass(slots=True)
class _Share:
    """The steps that a question had at first and has left; the last share there is, or not."""

    whole: int
    left: int
    last: bool


_SHARE: ContextVar[_Share | None] = ContextVar("share", default=None)


@contextmanager
def bounded(steps: int, *, last: bool) -> Iterator[None]:
    """Let what is asked in the block take so many steps; more is refused when that is the `last`.

    Raises:
        Exceeded: it takes more, and may be asked again where nobody waits for it.
        QueryTooBroad: it takes more than any question may.
    """
    before = _SHARE.set(_Share(steps, steps, last))
    try:
        yield
    finally:
        _SHARE.reset(before)


@contextmanager
def one_of(parts: int) -> Iterator[None]:
    """Let one of so many parts of a question take no more than its part of the last share."""
    share = _SHARE.get()
    if share is None or not share.last:
        yield
        return
    with bounded(share.whole // parts, last=True):
        yield


def spend(steps: int) -> None:
    """Count steps of the question that is being answered.

    Raises:
        Exceeded, QueryTooBroad: there are not so many left; see `bounded`.
    """
    share = _SHARE.get()
    if share is None:
        return
    share.left -= steps
    if share.left < 0 and not share.last:
        raise Exceeded
    if share.left < 0:
        raise QueryTooBroad(
            "The query takes more work than one search may.",
            hint="Use fewer or rarer words, or ask for fewer hits, and search again.",
        )
