"""Japanese names in Latin letters and in kana: Hepburn, Kunrei (ISO 3602), passports, long vowels.

A *reading* is what is left of a name when these do not differ: Kunrei consonants, vowels short.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_KANA = """
ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko ガ ga ギ gi グ gu ゲ ge ゴ go サ sa
シ si ス su セ se ソ so ザ za ジ zi ズ zu ゼ ze ゾ zo タ ta チ ti ツ tu テ te ト to ダ da
ヂ zi ヅ zu デ de ド do ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ hu ヘ he ホ ho バ ba
ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po マ ma ミ mi ム mu メ me モ mo ヤ ya
ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro ワ wa ヲ o ン n ー - ッ *
"""
_TABLE = dict(zip(_KANA.split()[::2], _KANA.split()[1::2], strict=True))
_SMALL = dict(zip("ァィゥェォャュョ", ("a", "i", "u", "e", "o", "ya", "yu", "yo"), strict=True))
_HIRAGANA = range(0x3041, 0x3097)
_TO_KATAKANA = 0x60  # from the code point of a hiragana to that of its katakana
_HEPBURN = (
    *(("sh", "sy"), ("ch", "ty"), ("tsu", "tu"), ("j", "zy"), ("fu", "hu"), ("dz", "z")),
    *(("syi", "si"), ("tyi", "ti"), ("zyi", "zi"), ("di", "zi"), ("du", "zu")),
)
_NASAL = re.compile("m(?=[bpm])")
_LONG = re.compile("oh(?![aeiouy])|ou|oo|oU")
_LONG_U = re.compile("uu|uh(?![aeiouy])")
_DOUBLED = re.compile(r"([^aeioun])\1|t(?=ty)")
_SYLLABLES = re.compile("(?:(?:[kgsztdnhbpmr]y?|[yw])?[aeiou]|n)+")
_SIGNS = re.compile("['\u2019-]")
_FEWEST = 3  # letters of a word that may be Japanese


@lru_cache(maxsize=1 << 12)
def japanese_reading(word: str) -> str:
    """Return the reading of a word in small Latin letters; empty if it is not of such syllables."""
    word = _SIGNS.sub("", word)
    for hepburn, kunrei in _HEPBURN:
        word = word.replace(hepburn, kunrei)
    word = _LONG_U.sub("u", _LONG.sub("o", _NASAL.sub("n", word)))
    word = _DOUBLED.sub(lambda found: found[1] or "", word)
    return word if len(word) >= _FEWEST and _SYLLABLES.fullmatch(word) else ""


def kana_reading(kana: str) -> str:
    """Return the reading of a run of kana, empty for what is none."""
    found = ""
    for one in unicodedata.normalize("NFKC", kana):
        letter = chr(ord(one) + _TO_KATAKANA) if ord(one) in _HIRAGANA else one
        if letter in _SMALL and found[-1:] in ("i", "u", "e"):
            found = found[:-1] + _SMALL[letter]
        elif letter in _TABLE:
            found += _TABLE[letter]
        else:
            return ""
    found = re.sub(r"\*(.)", r"\1", found).replace("-", "").rstrip("*")
    return japanese_reading(found)
