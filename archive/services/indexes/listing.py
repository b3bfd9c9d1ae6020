"""Lists that a search gives besides its pages: completions, many lines at once, exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.errors import InvalidValue
from archive.model.access import Level
from archive.model.search import BatchRow, SearchHit, SearchRequest
from archive.search import wire
from archive.services.indexes.finding import admit, ask, told
from archive.services.parts import Archive
from archive.services.session import Session

MAX_LINES = 1000  # of a batch
MAX_LINE = 256  # code points of a line
MAX_TOP = 10  # records that a line of a batch shows
MAX_COMPLETIONS = 20
_CHUNK = 25  # lines that are asked at once, so that others get their turns between


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a batch that are searched for, in order and each once."""

    lines: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Lines:
        """Read a pasted list or a file: one name or query a line; empty lines are left out.

        Raises:
            InvalidValue: there are no lines, too many, or one that is too long.
        """
        lines = dict.fromkeys(filter(None, (" ".join(one.split()) for one in text.splitlines())))
        if not lines:
            raise InvalidValue("There is no line to look for.")
        if len(lines) > MAX_LINES:
            raise InvalidValue(f"A batch has at most {MAX_LINES} different lines.")
        if max(map(len, lines)) > MAX_LINE:
            raise InvalidValue(f"A line of a batch has at most {MAX_LINE} characters.")
        return cls(tuple(lines))


def complete(
    archive: Archive, session: Session, begun: str, level: Level | None = None, limit: int = 10
) -> tuple[str, ...]:
    """Return queries that complete the last word of `begun` with words of the level's own index.

    Raises:
        NotPermitted: the level is not open to the member.
        InvalidValue: `limit` is out of range.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
    """
    if not 1 <= limit <= MAX_COMPLETIONS:
        raise InvalidValue(f"The completions are 1 to {MAX_COMPLETIONS}.")
    level = admit(archive, session, level, "complete", {"query": begun})
    question = {"act": "complete", "begun": begun, "limit": limit}
    return tuple(ask(archive, session, level, question).value or ())


def batch(
    archive: Archive, session: Session, lines: Lines, level: Level | None = None, top: int = 3
) -> Iterator[BatchRow]:
    """Yield what each line finds; the ledger knows of all of them before the first is looked for.

    Raises:
        NotPermitted: the level is not open to the member.
        InvalidValue: `top` is out of range.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
    """
    if not 0 <= top <= MAX_TOP:
        raise InvalidValue(f"A line shows 0 to {MAX_TOP} records.")
    level = admit(archive, session, level, "batch", {"query": "\n".join(lines.lines)})
    return _rows(archive, session, lines.lines, level, top)


def _rows(
    archive: Archive, session: Session, lines: Sequence[str], level: Level, top: int
) -> Iterator[BatchRow]:
    for start in range(0, len(lines), _CHUNK):
        chunk = lines[start : start + _CHUNK]
        question = {"act": "batch", "lines": chunk, "top": top}
        answer = ask(archive, session, level, question).value
        if answer is None:
            yield from (BatchRow(line, 0) for line in chunk)
        else:
            yield from map(wire.decode_row, answer)


def export(
    archive: Archive, session: Session, request: SearchRequest, level: Level | None = None
) -> tuple[SearchHit, ...]:
    """Return every hit of a search as a list to take away; the ledger has it as an export.

    Raises:
        NotPermitted: the level is not open to the member.
        QuerySyntax, QueryTooBroad, InvalidValue: the query cannot be answered as asked.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
    """
    level = admit(archive, session, level, "export", told(request))
    question = {"act": "export", "request": wire.encode_request(request)}
    return tuple(map(wire.decode_hit, ask(archive, session, level, question).value or ()))
