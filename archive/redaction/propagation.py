"""A name found once is proposed wherever the text, or its thread of mails, has it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction
from archive.model.sources import SourceForms
from archive.redaction.detecting.english import is_english_word
from archive.redaction.detecting.lexicon import WORD
from archive.redaction.detecting.organs import generic
from archive.redaction.matcher import SourceMatcher

THREAD = "thread"
"""The finder of names that the plans of other mails of a thread hide."""

_DETECTOR = "propagated"
_CONFIDENCE, _THREAD_CONFIDENCE = 60, 50  # percent
_LONGEST = 80  # code points of a name
_SHORTEST = 3
_MOST = 2_000  # names of one text
_MOST_WORDS = 5  # of a name; what has more is a passage


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
    yield from _places(text, found, names, _DETECTOR, _CONFIDENCE)


def from_thread(text: str, found: Sequence[Redaction], names: Iterable[str]) -> Iterator[Redaction]:
    """Yield every place of `names`, which other mails of the same thread hide (`thread_name`)."""
    parts = dict.fromkeys(part for name in names for part in _parts(name))
    yield from _places(text, found, parts, THREAD, _THREAD_CONFIDENCE)


def thread_name(hidden: str) -> str | None:
    """Return a hidden passage as a name; `None` for numbers, addresses and whole passages."""
    name = " ".join(hidden.split())
    words = WORD.findall(name)
    if not 1 <= len(words) <= _MOST_WORDS or len(name) > _LONGEST or "@" in name:
        return None
    if any(map(str.isdigit, name)) or name.islower():
        return None
    return name


def _places(
    text: str, found: Sequence[Redaction], names: Iterable[str], detector: str, confidence: int
) -> Iterator[Redaction]:
    """Yield where names stand that are not `found` there already."""
    chosen = list(names)[:_MOST]
    if not chosen:
        return
    forms = [SourceForms(SourceRef(str(i)), (name,)) for i, name in enumerate(chosen)]
    known = {(one.start, one.end) for one in found}
    for match in SourceMatcher(forms).find(text, hints=True):
        place = text[match.start : match.end]
        everyday = place.islower() and all(map(is_english_word, WORD.findall(place)))
        if (match.start, match.end) not in known and not everyday:
            yield Redaction(
                match.start,
                match.end,
                Reason.THIRD_PARTY,
                Method.DETECTOR,
                detector,
                confidence=confidence,
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
