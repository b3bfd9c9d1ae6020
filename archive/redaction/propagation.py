"""A name that a detector found once is proposed wherever the text has it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction
from archive.model.sources import SourceForms
from archive.redaction.detecting.capitals import generic
from archive.redaction.detecting.lexicon import WORD
from archive.redaction.matcher import SourceMatcher

_DETECTOR = "propagated"
_CONFIDENCE = 60  # percent
_LONGEST = 80  # code points of a name
_SHORTEST = 3
_MOST = 2_000  # names of one text


def propagated(
    text: str, found: Sequence[Redaction], named: Sequence[str] = ()
) -> Iterator[Redaction]:
    """Yield every further place of names of persons that detectors found, and of those `named`.

    Other orders, the surname or a given name alone, initials and possessives are places too.
    """
    names = dict.fromkeys(part for name in named for part in _parts(name))
    for one in found:
        if one.method is Method.DETECTOR and one.reason is Reason.THIRD_PARTY:
            names.update(dict.fromkeys(_parts(text[one.start : one.end])))
    if not names:
        return
    forms = [SourceForms(SourceRef(str(i)), (name,)) for i, name in enumerate(list(names)[:_MOST])]
    known = {(one.start, one.end) for one in found}
    for match in SourceMatcher(forms).find(text, hints=True):
        if (match.start, match.end) not in known and not text[match.start : match.end].islower():
            yield Redaction(
                match.start,
                match.end,
                Reason.THIRD_PARTY,
                Method.DETECTOR,
                _DETECTOR,
                confidence=_CONFIDENCE,
            )


def _parts(name: str) -> Iterator[str]:
    """Yield a name, and each of its words that may stand for it."""
    words = WORD.findall(name)
    if len(name) > _LONGEST or generic(words):
        return
    if len(name) >= _SHORTEST:
        yield name
    for word in words if len(words) > 1 else ():
        if len(word) >= _SHORTEST and word[0].isupper() and not generic([word]):
            yield word
