"""Names of persons across scripts and transliterations: pure functions, no register, no text.

Every room may use it: what is one name in two spellings is decided here, and nowhere else.
"""

from __future__ import annotations

from archive.naming.chinese import chinese_names, chinese_readings, read
from archive.naming.hangul import is_hangul, southern
from archive.naming.hanja import readings
from archive.naming.korean import (
    SyllabicName,
    canonical,
    korean_names,
    korean_readings,
    read_hanja,
    surname_spellings,
    surnames_of,
)
from archive.naming.sounds import joined, plain, sound_key, sound_keys

__all__ = [
    "SyllabicName",
    "canonical",
    "chinese_names",
    "chinese_readings",
    "is_hangul",
    "joined",
    "korean_names",
    "korean_readings",
    "plain",
    "read",
    "read_hanja",
    "readings",
    "sound_key",
    "sound_keys",
    "southern",
    "surname_spellings",
    "surnames_of",
]
