"""A name that a detector found once is proposed wherever the text has it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.model.ids import SourceRef
from archive.model.redaction import Method, Redaction
from archive.model.sources import SourceForms
from archive.redaction.matcher import SourceMatcher

NAMED = frozenset({"title"})
"""Detectors of which the finds are names of persons."""

_DETECTOR = "propagated"
_CONFIDENCE = 60  # percent
_LONGEST = 80  # code points of a name
_SHORTEST = 3


def propagated(text: str, found: Sequence[Redaction]) -> Iterator[Redaction]:
    """Yield every further place of names that detectors found: other orders, the surname alone."""
    names: dict[str, Redaction] = {}
    for one in found:
        name = text[one.start : one.end]
        if one.detector in NAMED and _SHORTEST <= len(name) <= _LONGEST:
            names.setdefault(name, one)
    if not names:
        return
    first = list(names.values())
    forms = [SourceForms(SourceRef(str(i)), (name,)) for i, name in enumerate(names)]
    known = {(one.start, one.end) for one in found}
    for match in SourceMatcher(forms).find(text, hints=True):
        if (match.start, match.end) in known:
            continue
        reason = first[int(match.source)].reason
        yield Redaction(
            match.start, match.end, reason, Method.DETECTOR, _DETECTOR, confidence=_CONFIDENCE
        )
