"""Chinese personal names in Hanyu Pinyin (ISO 7098) and Wade-Giles, and how characters are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product

from archive.naming.korean import SyllabicName

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FINALS = """
a o e i u v ai ei ui ao ou iu ie ve ue er an en in un ang eng ing ong ia iao ian iang iong ua
uo uai uan uang ue
"""
_WADE_INITIALS = {
    "b": "p",
    "d": "t",
    "g": "k",
    "j": "ch",
    "q": "ch",
    "zh": "ch",
    "x": "hs",
    "r": "j",
    "z": "ts",
    "c": "ts",
}
_WADE_FINALS = {"ong": "ung", "ian": "ien", "ie": "ieh", "ue": "ueh", "ve": "ueh", "iong": "iung"}
_WADE_WHOLE = {
    "yi": "i",
    "yan": "yen",
    "ye": "yeh",
    "you": "yu",
    "yong": "yung",
    "yue": "yueh",
    "er": "erh",
    "zi": "tzu",
    "ci": "tzu",
    "si": "szu ssu",
    "ge": "ko",
    "ke": "ko",
    "he": "ho",
    "e": "o",
    "gui": "kuei",
    "kui": "kuei",
}
# the hundred most common of the 2020 census, and those of two syllables
_COMMON = """
li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song
zheng xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia
ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong
bai cui kang mao qiu qin gu hou shao meng long wan duan lei qian yin yi chang qiao lai gong wen
pang tao mo ouyang sima zhuge shangguan situ huangfu
"""
_SURNAMES = frozenset(_COMMON.split())
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{2,4}")
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvnnnm")
_CUSTOMARY = {  # what no table gives: passports, newspapers, ISO 7098 without its two dots
    "lu": "lv lyu",
    "nu": "nv nyu",
    "lue": "lve lyue",
    "nue": "nve nyue",
    "li": "lee",
    "zhou": "chow",
    "wu": "woo",
    "yang": "young",
    "guo": "kuo",
}
_LONGEST_SURNAME = 9  # letters
_LONGEST = 4  # characters of a name
_MOST = 64  # ways to read one name


@cache
def spellings(syllable: str) -> frozenset[str]:
    """Return a pinyin syllable and its Wade-Giles forms, all without diacritics and apostrophes."""
    plain = syllable.replace("v", "u")
    return frozenset({plain, *_wade(syllable), *_CUSTOMARY.get(plain, "").split()})


def _wade(syllable: str) -> Iterator[str]:
    if syllable in _WADE_WHOLE:
        yield from _WADE_WHOLE[syllable].split()
        return
    initial = next((one for one in _INITIALS if syllable.startswith(one)), "")
    final = syllable.removeprefix(initial)
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "ih"
    elif final == "uo" and initial not in ("g", "k", "h", "sh"):
        final = "o"
    yield _WADE_INITIALS.get(initial, initial) + _WADE_FINALS.get(final, final).replace("v", "u")


@cache
def _by_spelling() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for initial, final in product((*_INITIALS, ""), _FINALS.split()):
        for spelling in spellings(initial + final):
            found.setdefault(spelling, set()).add((initial + final).replace("v", "u"))
    return {spelling: tuple(sorted(ways)) for spelling, ways in found.items()}


@cache
def read(character: str) -> tuple[str, ...]:
    """Return the pinyin readings of a character without tones, the usual one first."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415  (only texts with Han need it)

    known = pinyin_dict.get(ord(character), "").translate(_TONES).replace("v", "u")
    return tuple(dict.fromkeys(one for one in known.split(",") if one))


def _segmented(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the one or two syllables of a word, each with all it may be in any division."""
    whole = _by_spelling().get(word)
    firsts: set[str] = set()
    seconds: set[str] = set()
    for at in range(1, 0 if whole else len(word)):
        first, second = _by_spelling().get(word[:at]), _by_spelling().get(word[at:])
        if first and second:
            firsts.update(first)
            seconds.update(second)
    if firsts:
        return tuple(sorted(firsts)), tuple(sorted(seconds))
    return (whole,) if whole else ()


@lru_cache(maxsize=1 << 14)
def _surname(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllables of a surname, each with all it may be; nothing if it is none."""
    found = _segmented(word)
    return found if any("".join(one) in _SURNAMES for one in product(*found)) and found else ()


def _named(surname: Sequence[Sequence[str]], given: Sequence[Sequence[str]]) -> SyllabicName:
    latin = {"".join(way) for one in product(*surname) for way in product(*map(spellings, one))}
    spelled = tuple(frozenset().union(*map(spellings, one)) for one in given)
    read_as = list(product(*surname, *given))[:_MOST]
    return SyllabicName(frozenset(latin), spelled, frozenset(), frozenset(read_as))


def _latin(words: Sequence[Sequence[str]]) -> Iterator[SyllabicName]:
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        head = _surname("".join(surname))
        if not head:
            continue
        pieces = [_segmented(piece) for word in given for piece in word]
        syllables = [one for piece in pieces for one in piece]
        if all(pieces) and 1 <= len(syllables) <= 2:
            yield _named(head, syllables)


def chinese_names(form: str, words: Sequence[Sequence[str]]) -> tuple[SyllabicName, ...]:
    """Return the Chinese names that a form may be; `words` as for `korean_names`."""
    name = "".join(form.split())
    if _HAN.fullmatch(name):
        syllables = [read(one) for one in name]
        if not all(syllables):
            return ()
        return tuple(
            _named(syllables[: len(head)], syllables[len(head) :]) for head in chinese_heads(name)
        )
    if not 2 <= len(words) <= 3:
        return ()
    return tuple(dict.fromkeys(_latin(words)))


def chinese_heads(name: str) -> tuple[str, ...]:
    """Return what may be the surname of a name in Chinese characters, the likeliest first."""
    if not _HAN.fullmatch(name):
        return ()
    if len(name) == _LONGEST:
        return (name[:2],)
    double = any("".join(one) in _SURNAMES for one in product(*map(read, name[:2])))
    heads = (name[:2],) if double and len(name) > 2 else ()
    return (*heads, name[0]) if _SURNAMES.intersection(read(name[0])) else heads


def chinese_readings(letters: str) -> set[tuple[str, ...]]:
    """Return the full names in pinyin syllables that Latin letters without separators may spell."""
    found: set[tuple[str, ...]] = set()
    for at in range(2, min(len(letters) - 1, _LONGEST_SURNAME) + 1):
        for surname, given in ((letters[:at], letters[at:]), (letters[-at:], letters[:-at])):
            head = _surname(surname)
            pieces = _segmented(given) if head else ()
            if pieces:
                found.update(product(*head, *pieces))
    return found
