"""What a form says of a person: its words, its surname, and names in other scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from archive.naming import (
    ARABIC_ARTICLES,
    SyllabicName,
    chinese_names,
    japanese_reading,
    korean_names,
    plain,
    surnames_of,
)
from archive.redaction.detecting import lexicon
from archive.redaction.everyday import is_given_name
from archive.redaction.folding import RUN, fold, is_alphabetic

TITLES = (
    *(
        "씨",
        "동지",
        "동무",
        "선생",
        "교수",
        "박사",
        "사장",
        "부장",
        "과장",
        "대표",
        "기자",
        "목사",
        "의원",
    ),
    *(
        "위원",
        "장관",
        "총리",
        "소장",
        "회장",
        "여사",
        "영감",
        "아바이",
        "어머니",
        "아버지",
        "형님",
        "누나",
    ),
)
"""Words that follow a Korean surname and say that it is one."""

_KIN = """
누나 누님 언니 오빠 형 엄마 아빠 아저씨
아주머니 아지미 아매 삼촌 이모 고모 할머니 할아버지
"""
KIN = tuple(_KIN.split())
"""Words that follow a Korean given name and say that it is one."""

_CHINESE = """
先生 女士 小姐 老师 老師 同志 医生 醫生 大夫 教授 主任 经理 經理 书记 書記 局长
局長 处长 處長 队长 隊長 校长 校長
"""
JAPANESE_TITLES = ("さん", "さま", "様", "氏", "君", "くん", "ちゃん", "先生")
"""Words that follow a Japanese surname and say that it is one."""

CHINESE_TITLES = tuple(_CHINESE.split())
"""Words that follow a Chinese surname and say that it is one."""

_WORDS = re.compile(r"[^\s,;]+")
HYPHENS = re.compile(r"[\-\u2010-\u2015\u2212]+")
"""What stands between the parts of a double name."""

_SEVERAL = range(2, 6)  # words of a person's name
_TWO_SURNAMES = 3  # words of a name with two surnames, at least
_INITIALS = 2  # syllables of a given name of which the initials are looked for
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PATRONYMIC = re.compile("(?:вич|вна|чна|ильич|кызы|оглы)$")
_ARTICLE = re.compile(
    rf"^({'|'.join(sorted(ARABIC_ARTICLES))})[\-\u2010-\u2015](?=..)", re.IGNORECASE
)
_MIN_SURNAME = 3  # letters, of a name in one of the scripts that put spaces between words
_SMALL_WORDS = """
al el bin ben ibn bint abu van von der den de da do dos das del della di du la le ter
mac аль эль бин бен ибн бинт абу ван фон дер ден де ла ле
"""
PARTICLES = frozenset(_SMALL_WORDS.split())
"""Small words within the names of persons."""


def words_of(form: str) -> tuple[str, ...]:
    """Return the words of a form that looks like a person's full name; else nothing.

    Every word has letters of one script and, where that has capitals, begins with one; only
    particles such as `van` may be small.
    """
    words = tuple(_WORDS.findall(form))
    if len(words) in _SEVERAL and all(map(_named, words)):
        return words
    return ()


def _named(word: str) -> bool:
    letters = [c for c in word if c.isalnum()]
    if not letters or any(c.isdecimal() for c in letters):
        return False
    first = letters[0]
    return first == first.upper() or word.lower() in PARTICLES or word.lower().startswith("al-")


def _pieces(word: str) -> list[str]:
    """Return a word's parts between hyphens, folded, without apostrophes."""
    parts = ("".join(RUN.findall(fold(part).letters)) for part in HYPHENS.split(word))
    return [part for part in parts if part]


def names_of(form: str) -> tuple[SyllabicName, ...]:
    """Return the Korean and Chinese names that a form may be."""
    pieces = [_pieces(word) for word in words_of(form)]
    if not all(pieces):
        return ()
    return (*korean_names(form, pieces), *chinese_names(form, pieces))


def written(form: str) -> frozenset[str]:
    """Return how a name is written in Hangul, if it may be Korean, other than as it is given."""
    found = frozenset[str]().union(*(name.written for name in names_of(form)))
    return found - {"".join(form.split())}


def surnames(form: str) -> tuple[str, ...]:
    """Return the word that is the surname, of a name that is not written as syllables."""
    words = words_of(form)
    if not words or names_of(form):
        return ()
    surname = words[0] if form.partition(",")[0].strip() == words[0] else words[-1]
    letters = "".join(_pieces(surname))
    return (surname,) if len(letters) >= _MIN_SURNAME and is_alphabetic(letters[0]) else ()


def surname_and_given(form: str) -> tuple[str, tuple[str, ...]]:
    """Return the surname of a full name and its other words, parts between hyphens by themselves.

    The surname is the first word before a comma or where a patronymic is last, else the last word.
    Small words within the name are left out. Nothing, if the form is no full name.
    """
    words = [one for one in words_of(form) if one.lower() not in PARTICLES]
    if len(words) < 2:
        return "", ()
    ahead = form.partition(",")[0].strip() == words[0] or _PATRONYMIC.search(words[-1])
    surname, given = (words[0], words[1:]) if ahead else (words[-1], words[:-1])
    pieces = (piece for word in given for piece in HYPHENS.split(word) if piece)
    return _ARTICLE.sub("", surname), tuple(pieces)


def particled(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str], Sequence[str]] | None:
    """Return given names, small words before a surname, and the surname; `None` without these."""
    for at, word in enumerate(words):
        if at and (word.lower() in PARTICLES or _ARTICLE.match(word)):
            stop = at
            while stop < len(words) and words[stop].lower() in PARTICLES:
                stop += 1
            article = _ARTICLE.match(words[stop]) if stop < len(words) else None
            small = [*words[at:stop], *([article[1]] if article else [])]
            surname = [_ARTICLE.sub("", word) for word in words[stop:]]
            return (words[:at], small, surname) if surname else None
    return None


def other_surnames(form: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what else may be the surname of a name without a comma, and the given names.

    The first of two surnames (`García` of `María García López`), unless it is a usual given name;
    and the first word, where the last one is a usual given name or both are Japanese.
    """
    words = [one for one in words_of(form) if one.lower() not in PARTICLES]
    if "," in form or len(words) < 2 or _PATRONYMIC.search(words[-1]):
        return
    if len(words) > _TWO_SURNAMES or (len(words) == _TWO_SURNAMES and not is_given_name(words[1])):
        yield words[-2], tuple(words[:-2])
    ahead = is_given_name(words[-1]) and not is_given_name(words[0])
    if ahead or all(japanese_reading(plain(word)) for word in words):
        yield words[0], tuple(words[1:])


def spelled_out(word: str) -> set[str]:
    """Return a word with umlauts as they are and as two letters."""
    return {word, word.lower().translate(_UMLAUTS)}


def initialled(name: SyllabicName) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield surnames in Hangul with Latin initials of a given name of two syllables (`김 J.C.`)."""
    if len(name.given) == _INITIALS:
        letters = [sorted({one[0] for one in syllable if one}) for syllable in name.given]
        for surname in sorted(heads(name)):
            for initials in product(*letters):
                yield surname, initials


def heads(name: SyllabicName) -> frozenset[str]:
    """Return the surname in Hangul, of a Korean name that has one."""
    size = len(name.given)
    return frozenset(one[:-size] for one in name.written if name.surnames)


def given_written(name: SyllabicName) -> frozenset[str]:
    """Return the given name in Hangul, where it has two syllables."""
    size = len(name.given)
    return frozenset(one[-size:] for one in name.written if size == 2)


def given_alone(form: str) -> tuple[str, ...]:
    """Return the given name of two syllables as a form in Latin letters has it."""
    words = words_of(form)
    found = (
        (surname, given)
        for surname, given in ((words[:1], words[1:]), (words[-1:], words[:-1]))
        if given and surnames_of("".join(_pieces(surname[0])))
    )
    return tuple(
        " ".join(given)
        for _, given in found
        if len([piece for word in given for piece in _pieces(word)]) > 1
    )


def untitled(form: str) -> str:
    """Return a name without the titles before it, or the Korean one behind it.

    Two words stay before which a title stood; a Korean name has three syllables or more.
    """
    words = form.split()
    while len(words) > 2 and words[0].rstrip(".").casefold() in lexicon.words("titles"):
        del words[0]
    if len(words) == 2 and words[1] in TITLES and len(words[0]) > 2:
        del words[1]
    return " ".join(words)
