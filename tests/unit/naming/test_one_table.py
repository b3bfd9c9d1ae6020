"""Korean names have one set of tables: what redaction looks for and what search finds agree."""

from __future__ import annotations

import re

import pytest

from archive.naming import plain_reading, read_hanja, reading, sound, sounds_of, surname_spellings
from archive.naming.hangul import compose, spellings
from archive.naming.korean import SURNAMES

LIQUID_AS_N = re.compile("^n")


@pytest.mark.parametrize("vowel", range(21))
def test_every_spelling_of_a_syllable_stands_for_its_sound(vowel: int) -> None:
    missed = [
        (syllable, spelling)
        for onset in range(19)
        for coda in (0, 1, 4, 7, 8, 16, 17, 21)
        for syllable in (compose(onset, vowel, coda),)
        for spelling in spellings(syllable)
        if sound(syllable) not in sounds_of(spelling)
        and not (onset == 5 and LIQUID_AS_N.match(spelling))
    ]
    assert missed == []


def test_every_plain_spelling_of_a_surname_that_is_one_syllable_stands_for_its_sound() -> None:
    plain = {(name, way) for name in SURNAMES for way in spellings(name)}
    assert all(way in surname_spellings(name) for name, way in plain)
    assert len(plain) > 1000


def test_a_character_is_read_in_names_as_names_are_and_elsewhere_as_words_are() -> None:
    assert (read_hanja("金明哲"), reading("金融")) == ("김명철", "금융")
    assert read_hanja("車仁表 瑩") == "차인표 형"
    assert (reading("洛東江"), plain_reading("京洛")) == ("낙동강", "경락")
    assert read_hanja("张成泽 張成澤") == "장성택 장성택"
