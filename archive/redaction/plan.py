"""Plans as values: proposing, marking, unmarking, checking. Nothing here is stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archive.errors import BindingMismatch, InvalidValue
from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction.copytext import letter_by_letter
from archive.redaction.detectors import Detector
from archive.redaction.matcher import SourceMatcher
from archive.redaction.propagation import from_thread, propagated
from archive.redaction.spans import blanked, hidden_spans, merge

_REGISTER = "register"
_MANUAL = "manual"
_SURE, _HINT = 100, 50  # percent


def text_digest(text: str) -> str:
    """Return the SHA-256 (hex) of a canonical text in UTF-8, to which plans are bound."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def register_finds(
    text: str, matcher: SourceMatcher, *, hints: bool = False
) -> Iterator[Redaction]:
    """Yield a redaction for every registered form in a text; with `hints`, uncertain ones too."""
    for match in matcher.find(text, hints=hints, recognised=hints):
        yield Redaction(
            match.start,
            match.end,
            Reason.SOURCE_IDENTITY,
            Method.REGISTER,
            _REGISTER,
            match.source,
            confidence=_SURE if match.certain else _HINT,
        )


def propose(
    text: str,
    matcher: SourceMatcher,
    detectors: Sequence[Detector],
    *,
    hints: bool = False,
    named: Sequence[str] = (),
    thread: Sequence[str] = (),
) -> tuple[Redaction, ...]:
    """Return the union of what the register and every detector find, overlaps merged.

    With `hints`, also what is less than certain, for a person to look at: surnames alone, words
    with one letter wrong, Chinese names by their sound, and every further place of a name that a
    detector found, or that is `named` beside the text: who a letter is from and to;
    and every place of names that the plans of other mails of its `thread` hide.

    A name that comes together only when what stands between its parts is hidden is found too, as
    the gate would find it in the reading copy.
    """
    found = [*register_finds(text, matcher, hints=hints)]
    for detector in detectors:
        found.extend(detector.find(text))
    if hints:
        found.extend(propagated(text, found, named))
        found.extend(from_thread(text, found, thread))
    return complete(text, merge(found), matcher)


def complete(
    text: str, redactions: Sequence[Redaction], matcher: SourceMatcher
) -> tuple[Redaction, ...]:
    """Add what the register finds in the text as it looks with `redactions` hidden, to the end."""
    found = merge(redactions)
    while True:
        shown = blanked(text, ((s.start, s.end) for s in hidden_spans(text, found)))
        more = (*register_finds(shown, matcher), *_uncovered(shown, matcher))
        if not more:
            return found
        found = merge([*found, *more])


def _uncovered(text: str, matcher: SourceMatcher) -> Iterator[Redaction]:
    """Yield what the register finds once the text is as a reading copy shows it."""
    shown, places = letter_by_letter(text)
    if shown == text:
        return
    for found in register_finds(shown, matcher):
        yield replace(found, start=places[found.start], end=places[found.end - 1] + 1)


def validate(plan: RedactionPlan, text: str) -> None:
    """Check that a plan belongs to a text.

    Raises:
        BindingMismatch: the plan was made for another text.
        InvalidValue: a redaction is empty or reaches outside the text.
    """
    if plan.text_digest != text_digest(text):
        raise BindingMismatch
    for one in plan.redactions:
        _check(one.start, one.end, text)


def _check(start: int, end: int, text: str) -> None:
    if not 0 <= start < end <= len(text):
        raise InvalidValue("The span is not inside the text.", start=start, end=end)


def mark_spans(plan: RedactionPlan, text: str, redactions: Iterable[Redaction]) -> RedactionPlan:
    """Add redactions, each without white space at its ends; blank ones are left out.

    Raises:
        InvalidValue: one is empty or not inside the text.
    """
    marks = []
    for one in redactions:
        _check(one.start, one.end, text)
        words = text[one.start : one.end]
        start, end = one.end - len(words.lstrip()), one.start + len(words.rstrip())
        if start < end:
            marks.append(replace(one, start=start, end=end))
    return replace(plan, redactions=merge([*plan.redactions, *marks]))


def mark_span(plan: RedactionPlan, text: str, redaction: Redaction) -> RedactionPlan:
    """Add one redaction, without white space at its ends.

    Raises:
        InvalidValue: the span is empty, blank, or not inside the text.
    """
    _check(redaction.start, redaction.end, text)
    if text[redaction.start : redaction.end].isspace():
        raise InvalidValue("The span is not inside the text.")
    return mark_spans(plan, text, [redaction])


def mark_text(
    plan: RedactionPlan, text: str, needle: str, reason: Reason, source: SourceRef | None = None
) -> RedactionPlan:
    """Hide every occurrence of a text, however it is cased, spaced or composed.

    Occurrences as whole words are hidden; only if there is none, those inside words.

    Raises:
        InvalidValue: it does not occur.
    """
    spans = occurrences(text, needle)
    if not spans:
        raise InvalidValue("That text does not occur in the record.")
    marks = [Redaction(a, b, reason, Method.MANUAL, _MANUAL, source) for a, b in spans]
    return replace(plan, redactions=merge([*plan.redactions, *marks]))


def occurrences(text: str, needle: str) -> list[tuple[int, int]]:
    """Return where a text stands as whole words, or, if nowhere as such, inside words."""
    finder = SourceMatcher([SourceForms(SourceRef("S-0000"), (needle,))], derive=False)
    spans = [(match.start, match.end) for match in finder.find(text)]
    if not spans and needle.strip():
        spans = [place.span() for place in re.finditer(re.escape(needle.strip()), text)]
    return spans


def unmark_span(plan: RedactionPlan, start: int, end: int) -> RedactionPlan:
    """Take back every redaction that touches the span.

    Raises:
        InvalidValue: nothing is marked there.
    """
    kept = tuple(r for r in plan.redactions if r.end <= start or end <= r.start)
    if len(kept) == len(plan.redactions):
        raise InvalidValue("Nothing is marked there.")
    return replace(plan, redactions=kept)


def unmark_found(plan: RedactionPlan, detector: str) -> RedactionPlan:
    """Take back everything that one detector proposed, words and regions.

    Raises:
        InvalidValue: it proposed nothing that is marked.
    """
    kept = tuple(
        r for r in plan.redactions if r.method is not Method.DETECTOR or r.detector != detector
    )
    regions = tuple(r for r in plan.regions if r.method is Method.MANUAL or r.detector != detector)
    if (kept, regions) == (plan.redactions, plan.regions):
        raise InvalidValue("Nothing that this detector found is marked.")
    return replace(plan, redactions=kept, regions=regions)
