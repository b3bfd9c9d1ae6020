"""Invented registers and texts for `bench/redaction.py`: many words, some names, odd characters.

A text that repeats a hundred words measures what is kept of them. Here every text has some thousand
different words, as often as words have in speech (Zipf), and one in some hundred is a name.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pydoc_data.topics import topics

VOCABULARY = sorted(set(re.findall("[a-z]{2,}", "\n".join(topics.values()).lower())))
SMALL_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "was",
    "for",
    "it",
    "with",
    "as",
    "his",
    "on",
    "be",
    "at",
    "by",
    "had",
    "not",
    "are",
    "but",
    "from",
    "or",
    "have",
    "an",
    "they",
    "which",
    "one",
    "you",
    "were",
    "all",
    "her",
    "she",
    "there",
    "would",
    "their",
    "we",
    "him",
    "been",
    "has",
    "when",
    "who",
    "will",
    "no",
    "if",
    "out",
    "so",
]
STEMS = (
    "가나다라마바사아자차고노도로모보소오조초구누두루무부수우주기니디리미비시이지강경공관교국군권금길남년단당대동등"
    "만면명문민방백법변병복본부분비사산상생서선성세소속수시식신실심안양어업연영예외용원위유음의인일임입장재전정제"
)
PARTICLES = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "에서",
    "로",
    "으로",
    "와",
    "과",
    "도",
    "만",
    "까지",
    "부터",
]
ENDINGS = ["했다.", "한다.", "였다.", "된다.", "있었다.", "말했다.", "밝혔다."]
CYRILLIC, HAN = (
    "абвгдежзиклмнопрстуфхцчшщыьэюя",
    "一二三不了人我在有他这为之大来以个中上们到说国和地也子时道",
)
ONSETS = (*"bdfghjklmnprstvwy", "ch", "sh", "th", "br", "dr", "gr", "kr", "st", "tr")
VOWELS = (*"aeiou", "ae", "ai", "ea", "eo", "ou", "y")
CODAS = ("", "", "", *"lmnrst", "ng", "nd", "rt")
ROMAN = re.findall(
    "[A-Z][a-z]*", "CholGyongHuiHyokIlJongJunKwangKyongMiMyongNamOkSikSongSuSukUnWonYong"
)
SURNAMES = re.findall(
    "[A-Z][a-z]*", "AnChaChoeHanHongImJangJoJongKangKimKoMinOPaekPakRiRoRyuSinSoYun"
)
HANGUL_SURNAMES = "강고곽김노류리림마문민박방백변서손송신안양오유윤이임장전정조주진차최한허현홍황"
HANGUL_GIVEN = (
    "경광국금길남달덕동련명미민복봉상선성수숙순승실심영옥용원은일정종준진철춘태하학혁현호화희"
)
MEMORY_SCAN = (
    "the pattern begins with a syllable that is hardly there: the C library skips the text"
)
NO_PROSE = "no prose: markup has code at every step, and each is read in a second way"
NAMES_ALONE = "no prose: one place in some ten characters, and each place costs by itself"


@dataclass(frozen=True, slots=True)
class Text:
    """A text, whether the pattern is sought in Hangul, and why the limit is not meant for it."""

    words: str
    hangul: bool = False
    excused: str = ""


def word(chance: random.Random) -> str:
    """Return an invented name that is no everyday word, as names seldom are."""
    while True:
        parts = (
            chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)
            for _ in range(chance.choice((1, 2, 2, 3)))
        )
        if (found := "".join(parts)) not in SMALL_WORDS:
            return found.capitalize()


def latin(chance: random.Random) -> str:
    """Return an invented name in Latin letters."""
    if chance.random() < 0.7:
        return f"{word(chance)} {word(chance)}"
    return f"{chance.choice(SURNAMES)} {chance.choice(ROMAN)}-{chance.choice(ROMAN).lower()}"


def hangul(chance: random.Random) -> str:
    """Return an invented Korean name."""
    given = HANGUL_GIVEN if chance.random() < 0.5 else STEMS
    return chance.choice(HANGUL_SURNAMES) + "".join(chance.choices(given, k=2))


def mixed(chance: random.Random) -> str:
    """Return an invented name in one script or the other, or a telephone number."""
    kind = chance.random()
    if kind < 0.05:
        return f"010-{chance.randrange(10**4):04d}-{chance.randrange(10**4):04d}"
    return hangul(chance) if kind < 0.25 else latin(chance)


def english(size: int, chance: random.Random, names: Sequence[str]) -> str:
    """Return English prose of invented sentences; one word in thirty has a capital."""
    common = chance.sample(VOCABULARY, len(VOCABULARY))
    others = [word(chance) for _ in range(400)]
    out: list[str] = []
    while size > 0:
        sentence = [
            chance.choice(names)
            if (kind := chance.random()) < 0.001
            else chance.choice(others)
            if kind < 0.03
            else str(chance.randrange(2100))
            if kind < 0.04
            else chance.choice(SMALL_WORDS)
            if kind < 0.5
            else _often(common, chance)
            for _ in range(chance.randrange(6, 25))
        ]
        sentence[chance.randrange(len(sentence) - 1)] += ","
        text = " ".join(sentence)
        out.append(text[0].upper() + text[1:] + chance.choice([". ", ".\n", "? ", ".\n\n"]))
        size -= len(out[-1])
    return "".join(out)


def korean(size: int, chance: random.Random, names: Sequence[str]) -> str:
    """Return Korean prose of invented words."""
    stems = ["".join(chance.choices(STEMS, k=chance.choice((1, 2, 2, 3)))) for _ in range(4000)]
    out: list[str] = []
    while size > 0:
        sentence = [
            (chance.choice(names) if chance.random() < 0.002 else _often(stems, chance))
            + chance.choice(PARTICLES)
            for _ in range(chance.randrange(4, 14))
        ]
        out += (" ".join(sentence), f" {chance.randrange(99)}년 ", _often(stems, chance))
        out.append(chance.choice(ENDINGS) + chance.choice("  \n"))
        size -= sum(map(len, out[-4:]))
    return "".join(out)


def _plain(size: int, chance: random.Random, letters: str, between: str) -> str:
    words = ["".join(chance.choices(letters, k=chance.choice((2, 3, 5, 7)))) for _ in range(3000)]
    return between.join(_often(words, chance) for _ in range(size // (4 + len(between))))


def _often(words: Sequence[str], chance: random.Random) -> str:
    return words[int(len(words) * chance.random() ** 3)]


def _strewn(text: str, chance: random.Random, odd: str, share: float) -> str:
    return "".join(one + chance.choice(odd) if chance.random() < share else one for one in text)


def _printed(text: str, chance: random.Random) -> str:
    """Return text with the quotes, dashes and spaces of print."""
    signs = {0: "\u00a0", 1: " — ", 2: " “", 3: "” ", 4: "\u200b ", 5: "… "}
    return re.sub(" ", lambda _: signs.get(chance.randrange(150), " "), text)


def _misread(text: str, chance: random.Random) -> str:
    wrong = {"l": "1", "o": "0", "e": "c", "m": "rn", "i": "ı", " ": "-\n"}
    return "".join(wrong.get(one, one) if chance.random() < 0.015 else one for one in text)


def _marked_up(text: str, chance: random.Random) -> str:
    return re.sub(
        "[^\n]+",
        lambda line: (
            f'<p id="s{chance.randrange(999)}">{line[0]} &amp; <a href="/p?q=%20">b</a></p>'
        ),
        text,
    )


def texts(size: int, names: Sequence[str], chance: random.Random) -> dict[str, Text]:
    """Return texts of about `size` characters, in which some of the names stand."""
    prose, other = english(size, chance, names), korean(size, chance, names)
    halves = zip(re.findall("(?s).{40}", prose), re.findall("(?s).{40}", other), strict=False)
    print_marks = "㎏①②·ㆍ㈜™½°㎡%"
    return {
        "English": Text(prose),
        "English in print": Text(_printed(prose, chance)),
        "English misread": Text(_misread(prose, chance)),
        "English, decomposed marks": Text(_strewn(prose, chance, "\u0301\u0308", 0.02)),
        "German": Text(_strewn(prose, chance, "ßäöü", 0.02)),
        "Russian": Text(_plain(size, chance, CYRILLIC, " ")),
        "Korean and English": Text("".join(a + b for a, b in halves)[:size]),
        "Korean": Text(other, hangul=True, excused=MEMORY_SCAN),
        "Korean newspaper": Text(
            _printed(_strewn(other, chance, print_marks, 0.004), chance), True, MEMORY_SCAN
        ),
        "Korean, decomposed": Text(unicodedata.normalize("NFD", other)[:size], True, MEMORY_SCAN),
        "Chinese": Text(_plain(size, chance, HAN, ""), hangul=True, excused=MEMORY_SCAN),
        "HTML": Text(_marked_up(prose, chance)[:size], excused=NO_PROSE),
        "Names alone": Text(
            ", ".join(chance.choice(names) for _ in range(size // 12)), excused=NAMES_ALONE
        ),
    }
