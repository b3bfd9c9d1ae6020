"""Rendering reading copies: what is hidden leaves a fixed marker and no other trace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from archive.model.ids import SourceRef
from archive.model.redaction import Method, ReadingCopy, Reason, Redaction, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction.codec import PASSED
from archive.redaction.copytext import redact_text
from archive.redaction.detectors import Detector
from archive.redaction.matcher import SourceMatcher
from archive.redaction.plan import complete, propose, validate
from archive.redaction.spans import MARKER, blanked, unlinked

UNTITLED = "Untitled record"
_MAX_TITLE = 120  # code points
_MAX_VALUE = 120  # code points
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")  # ISO 8601, calendar dates
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")  # RFC 5646, common shapes


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a record besides its text; `date` is ISO 8601, `language` BCP 47.

    `again` says that researchers had a copy before, whose title may have shown what is hidden now.
    """

    title: str
    date: str | None = None
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


class Renderer(Protocol):
    """Makes the reading copy of a record in one form (here text)."""

    def render(
        self, plan: RedactionPlan, text: str, description: Description, *, salt: str
    ) -> ReadingCopy:
        """Return the reading copy; equal arguments give equal copies."""


@dataclass(frozen=True, slots=True)
class TextRenderer:
    """Renders text; register and detectors look after title and metadata."""

    matcher: SourceMatcher
    detectors: Sequence[Detector]

    def render(
        self, plan: RedactionPlan, text: str, description: Description, *, salt: str
    ) -> ReadingCopy:
        """Return the reading copy of a record; `salt` is 16 random bytes in hex.

        The text hides what the plan says and nothing else. Title and metadata go through register,
        detectors and the words that the plan hides; with no title the first line of the redacted
        text stands in.

        Raises:
            BindingMismatch: the plan was made for another text.
            InvalidValue: a redaction is empty or reaches outside the text.
        """
        validate(plan, text)
        body, markers = redact_text(text, plan.redactions)
        words = {text[one.start : one.end] for one in plan.redactions}
        hidden = SourceMatcher([SourceForms(SourceRef("S-0000"), tuple(sorted(words)))])
        reason = min((one.reason for one in plan.redactions), default=Reason.SOURCE_IDENTITY)
        line = _Line(self.matcher, self.detectors, hidden, reason, linked=not description.again)
        passed = {
            name: line.redact(description.metadata[name])
            for name in sorted(PASSED)
            if name in description.metadata
        }
        return ReadingCopy(
            record=plan.record,
            title=_title(line, description.title, body),
            text=body,
            salt=salt,
            date=line.checked(description.date, _DATE),
            language=_language(description.language, self.matcher),
            markers=markers,
            metadata={
                name: _cut(value, _MAX_VALUE) for name, value in passed.items() if _tells(value)
            },
        )


def render(
    plan: RedactionPlan,
    text: str,
    description: Description,
    *,
    matcher: SourceMatcher,
    detectors: Sequence[Detector],
    salt: str,
) -> ReadingCopy:
    """Return the text reading copy of a record; see `TextRenderer.render`."""
    return TextRenderer(matcher, detectors).render(plan, text, description, salt=salt)


@dataclass(frozen=True, slots=True)
class _Line:
    """Redacts one line of description; `hidden` finds the words that the plan hides.

    Pseudonyms are in it if it is `linked`.
    """

    matcher: SourceMatcher
    detectors: Sequence[Detector]
    hidden: SourceMatcher
    reason: Reason
    linked: bool = True

    def _found(self, line: str) -> tuple[Redaction, ...]:
        found = list(propose(line, self.matcher, self.detectors))
        found += [
            Redaction(m.start, m.end, self.reason, Method.MANUAL, "manual")
            for m in self.hidden.find(line)
        ]
        found = [*complete(line, found, self.matcher)]
        return tuple(found if self.linked else unlinked(line, found, [()]))

    def redact(self, line: str) -> str:
        """Return one line with markers in place of what must not be seen.

        Rendering drops invisible characters, which may bring a name to light: then look once more.
        """
        line = " ".join(line.split())
        shown = redact_text(line, self._found(line))[0]
        return redact_text(shown, self._found(shown))[0] if self.names(shown) else shown

    def names(self, line: str) -> bool:
        """Return whether a redacted line still names a source."""
        markers = [marker.span() for marker in MARKER.finditer(line)]
        return bool(self.matcher.find(blanked(line, markers)))

    def checked(self, value: str | None, shape: re.Pattern[str]) -> str | None:
        """Return a value of the right shape in which nothing is found; else nothing."""
        if value is None or not shape.fullmatch(value) or self._found(value):
            return None
        return value


def _language(value: str | None, matcher: SourceMatcher) -> str | None:
    """Return a language tag; what is hidden in the text has no say in it."""
    if value is None or not _LANGUAGE.fullmatch(value) or matcher.find(value):
        return None
    return value


def _tells(line: str) -> bool:
    """Return whether anything but markers and punctuation is left."""
    return any(c.isalnum() for c in MARKER.sub("", line))


def _title(line: _Line, title: str, body: str) -> str:
    if title.strip():
        shown = line.redact(title)
    else:
        shown = next((one for one in body.splitlines() if _tells(one)), "")
        shown = " ".join(shown.split())
    shown = _cut(shown, _MAX_TITLE)
    return shown if _tells(shown) and not line.names(shown) else UNTITLED


def _cut(line: str, size: int) -> str:
    """Return at most `size` code points, ending with a whole word and a whole marker."""
    if len(line) <= size:
        return line
    for marker in MARKER.finditer(line):
        if marker.start() < size < marker.end():
            size = marker.start()
    head = line[:size]
    return head.rsplit(" ", 1)[0].rstrip() if " " in head.strip() else head.strip()
