"""Romanisation: each line is a syllable or name and spellings that the named standard gives it."""

from __future__ import annotations

import pytest

from archive.naming import (
    canonical,
    chinese_readings,
    korean_names,
    korean_readings,
    plain,
    read_hanja,
    sound_key,
    sound_keys,
    surname_spellings,
)

NAMES = {  # Revised, McCune-Reischauer, Pyongyang, and what people choose, without diacritics
    "김명철": ("gimmyeongcheol", "kimmyongchol", "kimmyungchul"),
    "박순희": ("baksunhui", "paksunhui", "parksoonhee"),
    "이영호": ("iyeongho", "yiyongho", "riyongho", "leeyoungho", "rheeyungho"),
    "노정숙": ("nojeongsuk", "nochongsuk", "rohjungsook"),
    "최광일": ("choegwangil", "choekwangil", "choikwangil"),
    "정은주": ("jeongeunju", "chongunju", "chungeunjoo"),
    "유미경": ("yumigyeong", "yumikyong", "yoomikyung", "ryumikyong"),
    "임복남": ("imboknam", "rimboknam", "limboknam"),
    "남궁현": ("namgunghyeon", "namkunghyon", "namgoonghyun"),
    "조선옥": ("joseonok", "chosonok", "chosunok"),
}


@pytest.mark.parametrize(("name", "spelling"), [(n, s) for n, ways in NAMES.items() for s in ways])
def test_every_spelling_leads_back_to_the_name(name: str, spelling: str) -> None:
    assert canonical(name) in korean_readings(spelling)


@pytest.mark.parametrize("name", NAMES)
def test_given_name_may_stand_first(name: str) -> None:
    surname, given = korean_names(name, ())[0].surnames, korean_names(name, ())[0].given
    spelled = "".join(sorted(one)[0] for one in given) + sorted(surname)[0]
    assert canonical(name) in korean_readings(spelled)


@pytest.mark.parametrize(
    ("surname", "spellings"),
    [
        ("이", {"i", "yi", "ri", "lee", "rhee", "li"}),
        ("박", {"bak", "pak", "park"}),
        ("노", {"no", "ro", "roh", "noh"}),
        ("최", {"choe", "choi"}),
        ("유", {"yu", "yoo", "ryu", "you"}),
        ("오", {"o", "oh"}),
    ],
)
def test_customary_surnames(surname: str, spellings: set[str]) -> None:
    assert spellings <= surname_spellings(surname)


def test_words_that_are_no_korean_name_are_read_as_none() -> None:
    assert korean_readings("johnsmith") == set()
    assert korean_names("John Smith", [["john"], ["smith"]]) == ()


def test_hanja_are_read_as_ks_x_1001_orders_them() -> None:
    assert read_hanja("金明哲") == "김명철"
    assert read_hanja("朴順姬 李英鎬") == "박순희 리영호"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("wangxiaoming", ("wang", "xiao", "ming")),
        ("wanghsiaoming", ("wang", "xiao", "ming")),
        ("xiaomingwang", ("wang", "xiao", "ming")),
        ("changchihao", ("zhang", "zhi", "hao")),
        ("tengkuohua", ("deng", "guo", "hua")),
        ("tsaoyuching", ("cao", "yu", "jing")),
    ],
)
def test_pinyin_and_wade_giles_are_one(spelling: str, name: tuple[str, ...]) -> None:
    assert name in chinese_readings(spelling)


@pytest.mark.parametrize(
    ("registered", "ways"),
    [
        ("Юрий", ("Yuri", "Iouri", "Jurij", "Yury")),
        ("Шевченко", ("Shevchenko", "Schewtschenko", "Szewczenko")),
        ("Хрущёв", ("Khrushchev", "Hrushchev")),
        ("محمد", ("Muhammad", "Mohammed", "Mohamed", "Мухаммед")),
        ("الهاشمي", ("Hashimi", "Hashemi", "Хашими")),
        ("Παπαδόπουλος", ("Papadopoulos", "Пападопулос")),
        ("Ivanov", ("Иванов", "Iwanow", "Ivanoff")),
    ],
)
def test_transliterations_share_a_sound(registered: str, ways: tuple[str, ...]) -> None:
    keys = sound_keys(registered)
    assert [way for way in ways if sound_key(way) not in keys] == []


def test_plain_keeps_the_short_i_of_cyrillic() -> None:
    assert plain("ЙÉ") == "йe"
