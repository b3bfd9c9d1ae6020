"""Slavic personal names: how Cyrillic ones are declined, and how they are written in Latin letters.

Declension is that of Russian and Ukrainian names in the singular. Spellings in Latin letters are
those of BGN/PCGN, ALA-LC, ICAO Doc 9303, ISO 9, the Ukrainian table of 2010, and of German, French
and Polish newspapers, all without diacritics. Names come and go in small letters.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CYRILLIC = re.compile("[\u0430-\u045f\u0491]+")
_LATIN = re.compile("[a-z]{4,}")
_VOWELS = "аеёиоуыэюяіїє"
_BASE = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў'",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
            "i",
            "yi",
            "ye",
            "g",
            "w",
            "_",
        ],
        strict=True,
    )
) | dict.fromkeys("ъь'", "")
_BGN = {"ё": "yo"}
_ALA = {"й": "i", "ю": "iu", "я": "ia", "є": "ie", "ї": "i"}
_ICAO = {**_ALA, "щ": "sch"}
_ISO = {
    "ж": "z",
    "ч": "c",
    "ш": "s",
    "щ": "sc",
    "х": "h",
    "ц": "c",
    "й": "j",
    "ю": "ju",
    "я": "ja",
    "є": "je",
    "ї": "ji",
}
_GERMAN = {
    "в": "w",
    "з": "s",
    "ц": "z",
    "ж": "sch",
    "ч": "tsch",
    "ш": "sch",
    "щ": "schtsch",
    "х": "ch",
    "й": "i",
    "ю": "ju",
    "я": "ja",
    "ё": "jo",
    "є": "je",
    "ї": "ji",
}
_FRENCH = {"у": "ou", "ч": "tch", "ш": "ch", "щ": "chtch", "ж": "j", "ю": "iou", "я": "ia"} | {
    "й": "i",
    "ё": "io",
}
_POLISH = {
    "в": "w",
    "ш": "sz",
    "ч": "cz",
    "ж": "z",
    "щ": "szcz",
    "х": "ch",
    "ц": "c",
    "й": "j",
    "ю": "ju",
    "я": "ja",
    "ё": "io",
}
_EASY = {"щ": "sch", "х": "h", "ё": "yo", "ц": "c"}
_UKRAINIAN = {"г": "h", "и": "y", "й": "i", "ю": "iu", "я": "ia", "є": "ie", "ї": "i"}
_UKRAINIAN_BGN = {"г": "h", "и": "y"}
_SYSTEMS: tuple[tuple[dict[str, str], str], ...] = (  # with what е is after vowels and in front
    *((_BGN, "ye"), (_BGN, "e"), (_ALA, "e"), (_ICAO, "e"), (_ISO, "e"), (_ISO, "je")),
    *((_GERMAN, "je"), (_GERMAN, "e"), (_FRENCH, "ie"), (_POLISH, "je"), (_EASY, "e")),
    *((_UKRAINIAN, "e"), (_UKRAINIAN_BGN, "e"), ({"ё": "o"}, "ye")),
)
_SOFT = ("", "i", "y")  # ь before a vowel
_ENDINGS = ((re.compile("(?:iy|ii|ij|yy|yi|yj|iji)$"), ("y", "i", "iy", "ii", "ij")),)
_GLIDES = re.compile("(?<=[aeou])[yij]$")
_ADJECTIVES = (
    *(
        ("ий", ["его", "ого", "ему", "ому", "им", "ым", "ем", "ом"]),
        ("ый", ["ого", "ому", "ым", "ом"]),
    ),
    *(("ой", ["ого", "ому", "ым", "ом"]), ("ая", ["ой", "ую", "ою"]), ("яя", ["ей", "юю", "ею"])),
)
_NOUNS = (
    *(("ий", ["ия", "ию", "ием", "ии", "ія", "ію", "ієм", "ії"]), ("ія", ["ії", "ію", "ією"])),
    *(("ия", ["ии", "ию", "ией", "иею"]), ("ья", ["ьи", "ье", "ью", "ьей", "ьёй"])),
    *(
        ("а", ["ы", "и", "е", "у", "ой", "ей", "ою", "і"]),
        ("я", ["и", "е", "ю", "ей", "ёй", "ею", "і"]),
    ),
    *(
        ("й", ["я", "ю", "ем", "ём", "е", "ї", "єві"]),
        ("ь", ["я", "ю", "ем", "ём", "е", "и", "ью", "ем"]),
    ),
    *(("ко", ["ка", "ку", "ком", "кові"]), ("ло", ["ла", "лу", "лом", "лові"])),
)
_LATIN_CHANGES = (
    *(("nen", "sen sta seen sessa sesta sella selta selle sena seksi set sia"),),
    *(("ek", "ka kowi kiem kem ku"), ("ec", "ca cowi cem cu"), ("el", "la lovi lem lowi")),
    *(("ka", "ki ce ke kou ku"), ("ga", "gi dze ge gou gu"), ("a", "y e u ou")),
    *(("ski", "skiego skiemu skim"), ("cki", "ckiego ckiemu ckim"), ("ska", "skiej ske skou")),
    *(("cka", "ckiej cke ckou"), ("sky", "skeho skemu skym skem"), ("ova", "ove ovou")),
)
_CUT = 5  # letters of a Latin surname of which the end changes
_MASCULINE = ["а", "у", "ом", "ем", "ым", "им", "е", "ові", "еві"]
_FLEETING = re.compile("(?:ец|ел|ек|ёк|ок|ень|ек)$")
_FIXED = re.compile("(?:ых|их|[еиуыэюоё])$")
_SLAVIC = re.compile(
    "(?:[oe]v|[oe]ff|[iy]n|sk[iy]|ski[iyj]|skyi|[oe]va|[iy]na|ska[iy]?a|enko|ch?uk|yuk|iuk|ich"
    "|vych|ko|ch?ik|yan|ian|dze|shvili|yh|ykh|ikh)$"
)
_TO_CYRILLIC = (
    *(("schtsch", "щ"), ("shch", "щ"), ("tsch", "ч"), ("tch", "ч"), ("sch", "ш"), ("zh", "ж")),
    *(("kh", "х"), ("ts", "ц"), ("tz", "ц"), ("ch", "ч"), ("sh", "ш"), ("ya", "я"), ("ia", "я")),
    *(("ja", "я"), ("yu", "ю"), ("iu", "ю"), ("ju", "ю"), ("yo", "е"), ("ye", "е"), ("je", "е")),
    *(("ck", "к"), ("ph", "ф"), ("x", "кс"), ("skiy", "ский"), ("ff", "в")),
)
_ONE_LETTER = dict(zip("abcdefghijklmnopqrstuvwyz", "абцдефгхийклмнопкрстувв_з", strict=True))


def is_cyrillic(word: str) -> bool:
    """Return whether a word in small letters is written in Cyrillic alone."""
    return _CYRILLIC.fullmatch(word) is not None


@lru_cache(maxsize=1024)
def latin_spellings(word: str) -> frozenset[str]:
    """Return how a Cyrillic word in small letters is written in Latin ones; nothing for others."""
    if not is_cyrillic(word):
        return frozenset()
    found: set[str] = set()
    for table, glide in _SYSTEMS:
        for soft in _SOFT if re.search(f"ь[{_VOWELS}]", word) else ("",):
            found.update(_ended(_written(word, _BASE | table, glide, soft)))
    return frozenset(found)


def _written(word: str, table: dict[str, str], glide: str, soft: str) -> str:
    letters: list[str] = []
    for at, one in enumerate(word):
        before = word[at - 1] if at else ""
        if one == "е" and (not before or before in _VOWELS or before in "ьъ'"):
            letters.append(glide)
        elif one == "ь" and word[at + 1 : at + 2] and word[at + 1] in _VOWELS:
            letters.append(soft)
        else:
            letters.append(table.get(one, ""))
    return "".join(letters)


def _ended(word: str) -> set[str]:
    """Return a spelling with each way to write a half vowel at its end."""
    for ending, ways in _ENDINGS:
        if ending.search(word):
            return {ending.sub(way, word) for way in ways}
    return {_GLIDES.sub(way, word) for way in ("y", "i", "j")} if _GLIDES.search(word) else {word}


@lru_cache(maxsize=1024)
def cyrillic_spelling(word: str) -> str:
    """Return how a surname in small Latin letters that ends as Slavic ones is in Cyrillic.

    Without ё, which is written е as well; empty for other words.
    """
    if not (_LATIN.fullmatch(word) and _SLAVIC.search(word)):
        return ""
    if re.search("sk(?:y|i|iy|ii|ij|yi)$", word):
        return cyrillic_letters(re.sub("(?:iy|ii|ij|yi|y|i)$", "", word)) + "ий"
    if re.search("ska[iy]a$", word):
        return cyrillic_letters(word[:-3]) + "ая"
    return cyrillic_letters(word)


def cyrillic_letters(word: str) -> str:
    """Return a word in small Latin letters in Cyrillic ones, a sound for a sound."""
    for latin, letters in _TO_CYRILLIC:
        word = word.replace(latin, letters)
    found = ""
    for one in re.sub("(?<=[aeou])i$", "y", word):
        if one == "y":
            found += "ы" if found and found[-1] not in _VOWELS else "й"
        else:
            found += _ONE_LETTER.get(one, one)
    return found


@lru_cache(maxsize=1024)
def declined_latin(surname: str) -> frozenset[str]:
    """Return the oblique forms of a Polish, Czech or Finnish surname that is cut, without marks."""
    return frozenset(
        surname.removesuffix(end) + case
        for end, cases in _LATIN_CHANGES
        if len(surname) >= _CUT and surname.endswith(end)
        for case in cases.split()
    )


@lru_cache(maxsize=1024)
def declined(word: str) -> frozenset[str]:
    """Return the oblique forms of a Cyrillic name in small letters; nothing for other words."""
    if not is_cyrillic(word):
        return frozenset()
    found = {
        word.removesuffix(end) + case
        for end, cases in (*_ADJECTIVES, *_NOUNS)
        if word.endswith(end)
        for case in cases
    }
    if found or _FIXED.search(word):
        return frozenset(found)
    stems = {word}
    if _FLEETING.search(word):
        stems.add(word[:-2] + word[-1])
    return frozenset(stem + case for stem in stems for case in _MASCULINE)
