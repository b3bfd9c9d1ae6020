"""Names in Korean text: what Kiwi calls proper or does not know, surnames, titles, ages.

Kiwi (https://github.com/bab2min/Kiwi, LGPL; its model Apache 2.0) is loaded from files of the
package at the first Hangul of a process, in about 2 s of CPU time and 250 MB, and works without
network, temporary files or threads of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from archive.model.redaction import Reason, Redaction
from archive.naming.hangul import parts
from archive.naming.korean import SURNAMES, TWO_SYLLABLES
from archive.redaction.detecting.lexicon import words
from archive.redaction.detecting.pattern import proposal

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

_FAMILIES = SURNAMES | TWO_SYLLABLES
_PIECE = 600  # code points that Kiwi reads at a time
_RUN = 40  # code points of a run without white space; Korean words are shorter
_LOCK = Lock()
_HANGUL = re.compile("[가-힣]")
_LETTER = re.compile("[가-힣A-Za-z]")
_REST = re.compile("[가-힣]{1,8}")
_WORD = re.compile("[가-힣]{1,40}")
_COMMON = frozenset({"NNG", "NNB", "NR", "NP", "MM", "MAG", "MAJ", "IC"})
_PROPER = frozenset({"NNP"})
_NOUNS = frozenset({"NNP", "NNG"})
_UNKNOWN = 10  # numbers of morphemes below this stand for words that are in no dictionary
_SYLLABLES = 2  # of a given name
_SINGLE = frozenset(("NNG", "NNP", "XSN", "XPN", "MM", "NR", "SN"))
_NAME, _THING = 60, 40  # percent
_SMALL = "다|드|델|델라|라|르|반|폰|빈|본|엘|알|더|데|디|두|도|판|산|진|킴|리|칸|응|티|쑤"
_JOINT = re.compile(rf"[ ·‧・\-]|\.? ?[A-Z]\.? ?| (?:{_SMALL}) ")
_CLOSED = re.compile(
    "(?:들)?(?:은|는|이|가|을|를|의|에|에게|에게서|께|께서|와|과|도|만|로|으로|랑|이랑|한테|부터|까지|보다|처럼|하고|라고|이라고|라는"
    "|이라는|이다|이며|이자|인|이고|였다|이었다|여|이여|야|아|나|이나|씨|씨는|씨가|씨의|씨를|씨와|씨도|님|님은|님이|군|군은|군이|양|양은|양이|옹"
    "|모|모는|모가|네|이는|이가|이를|이의|이와|이도|이랑|이한테|만의|만이|에서|에는|에도|이란|란|든|든지|이든|이라|라|이라도|라도|입니다"
    "|이였다|이었고|였고|답다|스럽다"
    "|때문|역|역은|역의|역을|역할|뿐|마저|조차|밖에|으로서|로서|이지만|지만|예요|이예요|이에요|요|임|이구나|구나)?"
)
_TITLES = (
    "씨|님|군|양|옹|동지|동무|선생|선생님|교수|박사|사장|부장|과장|차장|대리|팀장|실장|국장|처장|청장|본부장|대표|기자|특파원|앵커"
    "|목사|신부|수녀|스님|의원|위원|위원장|부위원장|장관|차관|총리|대통령|주석|총비서|비서|비서관|수석|대변인|소장|원장|총장|학장|이사|이사장"
    "|회장|부회장|총재|부총재|경장|경감|경정|총경|시인|가수|래퍼|단장|감독|코치|선수|배우|가수|작가|감독님|판사|검사|변호사|의사|간호사|경위"
    "|경사|순경|형사|반장|조장|분대장|소대장|중대장|대대장"
    "|연대장|사단장|대좌|상좌|중좌|소좌|대위|상위|중위|소위|대장|중장|소장|하사|중사|상사|병장|상병|일병|이병|여사|아바이|영감|아주머니|아저씨"
    "|선배|선배님|후배|동기|할머니|할아버지|아버지|어머니|형|형님|누나|언니|오빠|삼촌|이모|고모|지배인|지도원|보위원|보안원|인민반장|시장|도지사|지사|군수|구청장|대사"
    "|공사|영사|후보|전\\s?대통령|부부|일가|집안|부인|시인|화백|화가|피디|PD|전무|상무|행님|쌤|샘|닥터|교사|부총리|서기|주임|주교"
    "|추기경|교황|왕자|공주|여왕|왕"
)
_JOINED = "(?=(?:들)?[은는이가을를의에와과도만로께였인라랑나한부보처하입네]|[^가-힣]|$)"
_RELATIVES = (
    "엄마|아빠|어머니|아버지|어머님|아버님|어멈|아범|할머니|할아버지|할멈|형님|형|언니|누나|누님"
    "|오빠|삼촌|외삼촌|이모|고모|아주머니|아지미|아재|아저씨|아바이|영감|령감|동생|댁|처녀|총각"
    "|자매님|형제님|집사님|권사님|장로님"
)
_TITLED = re.compile(
    rf"(?<![가-힣])(?P<name>[가-힣]{{1,5}}?)(?P<gap>\s?)(?P<title>{_TITLES})"
    rf"(?P<polite>님)?{_JOINED}"
)
_RELATED = re.compile(
    rf"(?<![가-힣])(?P<name>[가-힣]{{1,2}}?)(?P<pet>이)?(?P<own>네)? (?:{_RELATIVES}){_JOINED}"
)
_PET = re.compile(
    r"(?<![가-힣])(?P<name>[가-힣]{1,2})이(?=(?:네|랑|한테|에게|가|는|를|도|의|와|만|처럼|라고|니|야)"
    r"(?![가-힣]{3}))"
)
_SAID_TO_BE = re.compile(
    "(?<![가-힣])(?P<name>[가-힣]{2,3}?)이?라고 (?=불|부르|했|한다|하는|하오|합)"
)
_KNOWN_AS = re.compile(
    r"(?:가명|본명|별명|애칭)(?:은|는|이|:)? ?[‘'\"“<]?"
    r"(?P<name>[가-힣]{2,3})(?=이라|라고|이다|[>’'”\".,]|$)"
)
_TABOO = re.compile(r"(?<![가-힣])(?P<name>[가-힣] 자 [가-힣] 자)(?![가-힣]{3})")
_OF_KIN = re.compile(
    r"(?<![가-힣])(?:큰|작은|둘째|셋째|막내|외|친|시|의붓)?"
    r"(?:딸|아들|누님|누나|언니|오빠|형님|형|동생|막내|조카|손녀|손자|며느리|사위|남편|아내|안해"
    r"|할머니|할아버지|아버지|어머니|고모|고모부|이모|이모부|삼촌|사촌|처남|처제|처형|매부|매형|동서|시누이|올케"
    r"|친구|이름은|안내자|길잡이|브로커)"
    rf" (?P<name>[가-힣]{{2,3}}?)(?:이(?=[는가를의와도랑한]))?{_JOINED}"
)
_HOUSEHOLD = re.compile(rf"(?<![가-힣])(?P<name>[가-힣]{{2,3}}댁){_JOINED}")
_POLITE = re.compile("씨|님|군|양|옹")
_BEFORE = re.compile("(?<![가-힣])(?P<word>[가-힣]{2,5}) $")
_BEHIND = re.compile(" (?P<word>[가-힣]{2,7})")
_FRAGMENTS = frozenset({"MM", "MAG", "NNG", "NNP", "XPN", "NR", "IC", "VV", "VA"})
_ITEM = re.compile("[가-힣]{2,5}")
_LIST = re.compile("(?<![가-힣])(?:[가-힣]{2,5}[,·] ?){1,20}[가-힣]{2,3}")
_AGED = re.compile(
    r"(?<![가-힣])(?P<name>[가-힣]{2,5})(?P<gap>)\((?=[0-9]{1,3}(?:세|살)?[,·)]|[여남][,·)]|[가-힣]{2,4}\))"
)
_MARKED = re.compile(
    r"(?<![가-힣A-Za-z])(?P<name>[가-힣](?=모\s?(?:씨|양|군|\(|[0-9]))|[A-Z](?=\s?(?:씨|양|군)|\([0-9]{2}\)))"
)


class _Token(NamedTuple):
    start: int
    end: int
    tag: str
    known: bool


@cache
def _kiwi() -> Kiwi:
    from kiwipiepy import Kiwi  # noqa: PLC0415 - 2 s

    return Kiwi(num_workers=1)


def is_common(word: str) -> bool:
    """Return whether a word in Hangul is one that the dictionary has, and no proper noun."""
    found = _tokens(word)
    return len(found) == 1 and found[0].known and found[0].tag in _COMMON


def _tokens(piece: str) -> list[_Token]:
    with _LOCK:
        found = _kiwi().tokenize(piece)
    return [
        _Token(t.start, t.start + t.len, t.tag.partition("-")[0], t.id >= _UNKNOWN)
        for t in found
        if t.len
    ]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a text that have Hangul, with their offsets, cut at white space."""
    start = 0
    while start < len(text):
        stop = min(start + _PIECE, len(text))
        if stop < len(text):
            cut = max(text.rfind(blank, start, stop) for blank in "\n ")
            stop = cut + 1 if cut > start else min(start + _RUN, len(text))
        if _HANGUL.search(text, start, stop):
            yield start, text[start:stop]
        start = stop


class KoreanNameDetector:
    """Finds names in Hangul."""

    name = "name-ko"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each name; persons by surname, title or age, others as unknown."""
        for first, piece in _pieces(text):
            found = dict.fromkeys([*_by_context(piece), *_by_words(piece, _tokens(piece))])
            found.update(dict.fromkeys(_listed(piece, {end for _, end, _ in found})))
            for start, end, person in found:
                reason = Reason.THIRD_PARTY if person else Reason.QUASI_IDENTIFIER
                confidence = _NAME if person else _THING
                yield proposal(first + start, first + end, reason, self.name, confidence)


def _by_context(piece: str) -> Iterator[tuple[int, int, bool]]:
    yield from _titled(piece)
    for pattern in (_AGED, _MARKED):
        for found in pattern.finditer(piece):
            name = found["name"]
            if len(name) > 1 or name in _FAMILIES or name.isascii():
                yield *found.span("name"), _is_full(name)
    for found in (*_HOUSEHOLD.finditer(piece), *_TABOO.finditer(piece)):
        yield *found.span("name"), True
    yield from _by_given(piece)


def _titled(piece: str) -> Iterator[tuple[int, int, bool]]:
    """Yield surnames and full names with the titles behind them."""
    found = _TITLED.search(piece)
    while found:
        name = found["name"]
        full = _is_full(name)
        if full or name in _FAMILIES:
            polite = _POLITE.fullmatch(found["title"])
            yield found.start("name"), found.end("name") if polite else found.end(), full
        found = _TITLED.search(piece, found.end() if full else found.end("name"))


def _by_given(piece: str) -> Iterator[tuple[int, int, bool]]:
    """Yield given names that a relation, a familiar ending, or words of naming tell."""
    for found in _RELATED.finditer(piece):
        if _is_relatives(found["name"], pet=bool(found["pet"])):
            yield *found.span("name"), True
    for pattern in (_OF_KIN, _SAID_TO_BE, _KNOWN_AS):
        for found in pattern.finditer(piece):
            if _is_given(found["name"]) and not (_is_word(found["name"]) or _ends(found["name"])):
                yield *found.span("name"), True
    for found in _PET.finditer(piece):
        if _is_pet(found["name"]):
            yield found.start(), found.end(), True


def _is_relatives(name: str, *, pet: bool) -> bool:
    """Return whether a word before one for a relative is a name (`광명이 아버지`)."""
    if not _is_given(name) or name in words("korean-anybody"):
        return False
    return not _is_word(f"{name}이") if pet else len(name) > 1


def _is_pet(name: str) -> bool:
    """Return whether what stands before `이` and a particle is a name and no other word."""
    if not (_is_given(name) and _closes(name)) or _is_word(f"{name}이"):
        return False
    return len(name) == 1 or not _is_word(name)


@lru_cache(maxsize=1 << 12)
def _is_word(word: str) -> bool:
    return is_common(word)


@lru_cache(maxsize=1 << 12)
def _ends(word: str) -> bool:
    """Return whether a word is one with a particle or an ending (`말로`)."""
    return any(token.tag[0] in "JEV" for token in _tokens(word))


def _is_given(name: str) -> bool:
    return all(one in words("korean-given") for one in name)


def _closes(name: str) -> bool:
    """Return whether a name ends with a consonant, so that `이` may follow on it."""
    return parts(name[-1])[2] != 0


def _is_full(name: str) -> bool:
    """Return whether a word may be a surname and a given name."""
    for size in (1, 2):
        given = name[size:]
        if name[:size] in SURNAMES and 1 <= len(given) <= 2 and len(name) > 2:
            return all(one in words("korean-given") for one in given)
    return False


def _by_words(piece: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int, bool]]:
    begins = {token.start: token for token in tokens}
    follows = {one.start: two for one, two in pairwise(tokens)}
    for chain in _chains(piece, tokens):
        start, end, person = _whole(piece, *chain)
        yield start, end, person
        for word in _beside(piece, start, end):
            first, second = begins.get(word.start()), follows.get(word.start())
            if first and second and _odd(first, second, word.end()):
                stop = _whole(piece, word.start(), second.end, False)[1]
                yield min(start, word.start()), max(end, stop), False
    for word in _WORD.finditer(piece):
        for size in (3, 4, 2):
            name = word.group()[:size]
            if len(name) < size or not _CLOSED.fullmatch(word.group(), size):
                continue
            if _may_be(name, begins, word.start()) or _is_divided(name, begins, word.start()):
                yield word.start(), word.start() + size, True
                break


def _beside(piece: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the words before and after a place that only a space parts from it."""
    for found in (_BEFORE.search(piece, max(0, start - 8), start), _BEHIND.match(piece, end)):
        if found:
            word = _WORD.match(piece, *found.span("word"))
            if word:
                yield word


def _odd(first: _Token, second: _Token, stop: int) -> bool:
    """Return whether a word is in pieces that make no word: part of a foreign name."""
    return (
        first.end - first.start == 1
        and first.tag in _FRAGMENTS
        and second.end <= stop
        and second.start == first.end
        and second.tag[0] not in "JEX"
    )


def _listed(piece: str, ends: set[int]) -> Iterator[tuple[int, int, bool]]:
    """Yield the words of enumerations of which one word is a name."""
    for row in _LIST.finditer(piece):
        items = [item.span() for item in _ITEM.finditer(piece, *row.span())]
        if any(end in ends for _, end in items):
            yield from ((start, end, _is_full(piece[start:end])) for start, end in items)


def _whole(piece: str, start: int, end: int, person: bool) -> tuple[int, int, bool]:
    """Return a name that goes on to where a particle begins or its word ends."""
    rest = _REST.match(piece, end)
    stop = rest.end() if rest else end
    for at in range(end, stop + 1):
        if _CLOSED.fullmatch(piece, at, stop):
            return start, at, person or _is_full(piece[start:at])
    return start, stop, person


def _may_be(name: str, begins: dict[int, _Token], at: int) -> bool:
    """Return whether a word may be a name that Kiwi took to pieces."""
    if not _is_full(name):
        return False
    first = begins.get(at)
    if first is None:
        return True
    if not first.known:
        return first.tag in _NOUNS
    return first.end - at < len(name) and (first.tag in _PROPER or first.end - at == 1)


def _is_divided(name: str, begins: dict[int, _Token], at: int) -> bool:
    """Return whether a word of two syllables is in no dictionary and may be a given name."""
    if len(name) != _SYLLABLES or not _is_given(name):
        return False
    pair = begins.get(at), begins.get(at + 1)
    return all(one and one.end - one.start == 1 and one.tag in _SINGLE for one in pair)


def _chains(piece: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int, bool]]:
    """Yield proper and unknown nouns, neighbours together."""
    start = end = -1
    for token in tokens:
        name = (token.tag in _PROPER or (token.tag in _NOUNS and not token.known)) and (
            _LETTER.match(piece, token.start) is not None
        )
        joined = token.start == end or _JOINT.fullmatch(piece, end, token.start)
        if name and start >= 0 and joined:
            end = token.end
            continue
        if start >= 0:
            yield start, end, _is_full(piece[start:end])
            start = -1
        if name:
            start, end = token.start, token.end
    if start >= 0:
        yield start, end, _is_full(piece[start:end])
