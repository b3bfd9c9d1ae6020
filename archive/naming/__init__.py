"""Names of persons across scripts and transliterations: pure functions, no register, no text.

Every room may use it: what is one name in two spellings is decided here, and nowhere else.
"""

from __future__ import annotations

from archive.naming.arabic import ARABIC_ARTICLES, arabic_initials, arabic_spelling
from archive.naming.borrowed import borrowed_skeletons, hangul_skeleton
from archive.naming.chinese import chinese_heads, chinese_names, chinese_readings, read
from archive.naming.endings import LONGEST_ENDING, is_inflected
from archive.naming.hangul import is_hangul, onset_of, southern
from archive.naming.hanja import HAN, plain_reading, reading, readings, southern_word
from archive.naming.japanese import japanese_reading, kana_reading
from archive.naming.korean import (
    SyllabicName,
    canonical,
    korean_names,
    korean_readings,
    read_hanja,
    surname_spellings,
    surnames_of,
)
from archive.naming.levels import divided, sound, sounds_of
from archive.naming.palladius import in_palladius, palladius
from archive.naming.slavic import (
    cyrillic_letters,
    cyrillic_spelling,
    declined,
    declined_latin,
    is_cyrillic,
    latin_spellings,
)
from archive.naming.sounds import joined, plain, sound_key, sound_keys

__all__ = [
    "ARABIC_ARTICLES",
    "HAN",
    "LONGEST_ENDING",
    "SyllabicName",
    "arabic_initials",
    "arabic_spelling",
    "borrowed_skeletons",
    "canonical",
    "chinese_heads",
    "chinese_names",
    "chinese_readings",
    "cyrillic_letters",
    "cyrillic_spelling",
    "declined",
    "declined_latin",
    "divided",
    "hangul_skeleton",
    "in_palladius",
    "is_cyrillic",
    "is_hangul",
    "is_inflected",
    "japanese_reading",
    "joined",
    "kana_reading",
    "korean_names",
    "korean_readings",
    "latin_spellings",
    "onset_of",
    "palladius",
    "plain",
    "plain_reading",
    "read",
    "read_hanja",
    "reading",
    "readings",
    "sound",
    "sound_key",
    "sound_keys",
    "sounds_of",
    "southern",
    "southern_word",
    "surname_spellings",
    "surnames_of",
]
