"""What every detector promises, and what those that ship find."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.redaction import Method
from archive.redaction import Detector, default_detectors, proposing_detectors
from archive.redaction.detecting.entities import ENGLISH, FRENCH, state_of

DETECTORS = {detector.name: detector for detector in proposing_detectors()}
SAMPLE = (
    "a@b.example 010-1234-5678 800101-1234567 M12345678 https://b.example/x @river_fox "
    "39.0392, 125.7625 12가 3456, Mr. Orlov, known as Grey Fox, and Ivan (Иван) [ɪˈvan], 34 years "
    "old, a Kurdish truck driver, my eldest brother, director of the Halvorsen Institute, paid EUR "
    "400 in June 1998 for three years, one of 350 there, said A. K. and Anna Lindqvist in Oslo. "
    "A Norwegian came too. "
    "리명철 기자는 운전사의 아들 김영수와 왔다. 혜산시 강구동에 산다.\n"
    "[10:31] Marn Quillon: no\n3. Quillon, Marn | Oslo\nMarn: yes, file XR-2290\nMarn: no\n"
    "Name: Orla Venn\nHe was called “Grey Fox” after the battle of Tarnwick.\nDear Orla,\n"
)
INFORMAL_SAMPLE = (
    "so the rvk has been here\nand i was at home with her\ntell quillon that it is done\n"
)
FRENCH_SAMPLE = (
    "Il est né dans le village de Vaucourt et Marie Delacour, infirmière, a vécu avec lui à Lyon. "
)
OTHERS = {
    "entity-fr": FRENCH_SAMPLE,
    "occupation-fr": FRENCH_SAMPLE,
    "unknown": INFORMAL_SAMPLE,
}
MODELS = {"entity-en": ENGLISH, "entity-fr": FRENCH}


def sample_for(detector: Detector) -> str:
    model = MODELS.get(detector.name)
    if model is not None and state_of(model) == "absent":
        pytest.skip("the extra `entities` is not installed")
    return OTHERS.get(detector.name, SAMPLE)


def _found(name: str, text: str) -> list[str]:
    return [text[one.start : one.end] for one in DETECTORS[name].find(text)]


@pytest.fixture(params=DETECTORS.values(), ids=DETECTORS.keys())
def detector(request: pytest.FixtureRequest) -> Detector:
    one: Detector = request.param
    return one


def test_names_are_short_and_different() -> None:
    assert len(DETECTORS) == len(proposing_detectors()) > len(default_detectors()) > 0
    assert all(re.fullmatch("[a-z][a-z-]{1,20}", name) for name in DETECTORS)


def test_proposal_names_its_detector_and_no_source(detector: Detector) -> None:
    found = list(detector.find(sample_for(detector)))
    assert found
    for one in found:
        assert (one.method, one.detector, one.source) == (Method.DETECTOR, detector.name, None)


@given(text=st.text(st.characters(codec="utf-8"), max_size=200), at=st.integers(0, 200))
@settings(max_examples=150, deadline=None)
def test_proposals_stay_inside_any_text_and_repeat(text: str, at: int) -> None:
    text = text[:at] + SAMPLE + text[at:]
    for detector in DETECTORS.values():
        found = list(detector.find(text))
        assert all(0 <= one.start < one.end <= len(text) for one in found)
        assert list(detector.find(text)) == found


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "@", "+", "0", "()" * 50])
def test_nothing_is_found_in_nothing(detector: Detector, text: str) -> None:
    assert list(detector.find(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 20_000, "1" * 20_000, "+1" * 10_000, "a.@" * 7_000, "0 " * 10_000, "(at)" * 5000),
        *("A" * 20_000, "A-" * 10_000, "A " * 10_000, "Mr " * 7_000, "가" * 20_000, "김 " * 10_000),
        *("가," * 10_000, "known as " * 2_000, "Minister of " * 2_000, "[ɪ" * 10_000, "и" * 20_000),
        *("June " * 4_000, "A. " * 7_000, "“a" * 10_000, "씨" * 20_000, "two " * 5_000),
    ],
    ids=lambda text: text[:12],
)
def test_long_monotonous_text_takes_no_long_time(detector: Detector, text: str) -> None:
    assert sum(1 for _ in detector.find(text)) < len(text)


def test_offsets_count_code_points(detector: Detector) -> None:
    text = sample_for(detector)
    (plain, *_), (moved, *_) = (list(detector.find(p + text)) for p in ("", "\U0001f4a7가 "))
    assert (moved.start, moved.end) == (plain.start + 3, plain.end + 3)


@pytest.mark.parametrize(
    "address",
    [
        "anna.lind@post.example",
        "a+b_c%d@mail.sub.example.org",
        "ANNA@POST.EXAMPLE",
        "우편@보기.한국",
        "ａｎｎａ＠ｐｏｓｔ．ｅｘａｍｐｌｅ",
        "anna (at) post (dot) example",
        "anna[at]post.example",
        "anna @ post.example",
    ],
)
def test_mail_address_is_found(address: str) -> None:
    assert _found("mail", f"write to <{address}>, please") == [address]


@pytest.mark.parametrize(
    "text", ["the cafe at post office", "@fox", "a@b", "5 @ 3.50", "anna at home."]
)
def test_text_around_an_at_sign_is_no_mail_address(text: str) -> None:
    assert _found("mail", text) == []


@pytest.mark.parametrize(
    "number",
    [
        "+82 10-1234-5678",
        "+82(0)10 1234 5678",
        "0082 10 1234 5678",
        "+850 191 234 5678",
        "+86 138 0013 8000",
        "+1 (212) 555-0123",
        "+44 20 7946 0123",
        "010-1234-5678",
        "010.1234.5678",
        "01012345678",
        "02-345-6789",
        "031) 345-6789",
        "(02) 3456 7890",
        "070 1234 5678",
        "1588-1234",
        "138 0013 8000",
        "13800138000",
        "010-8765 4321",
        "0433 123 4567",
        "(212) 555-0123",
        "010‑1234‑5678",
        "０１０－１２３４－５６７８",
        "010-1234-\n5678",
        "010\u200b1234\u200b5678",
    ],
)
def test_telephone_number_is_found_whole(number: str) -> None:
    text = f"전화 {number}, 밤에"
    covered = {i for one in DETECTORS["phone"].find(text) for i in range(one.start, one.end)}
    digits = {i for i, c in enumerate(text) if unicodedata.decimal(c, None) is not None}
    assert digits <= covered


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01",
        "01.02.2024",
        "10:30",
        "3,000,000 won",
        "12 345",
        "1990",
        "5-6-7",
        "9.81",
        "1/2",
    ],
)
def test_dates_and_amounts_are_no_telephone_numbers(text: str) -> None:
    assert _found("phone", f"on {text} there") == []
    assert _found("identity", f"on {text} there") == []


@pytest.mark.parametrize(
    "number",
    [
        "800101-1234567",
        "8001011234567",
        "800101 1234567",
        "110101199003071233",
        "11010119900307123X",
        "M12345678",
        "M123A4567",
        "AB1234567",
        "DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "123456789012",
        "８００１０１－１２３４５６７",
    ],
)
def test_identity_number_is_found(number: str) -> None:
    assert number in _found("identity", f"no. {number}, issued")


@pytest.mark.parametrize(
    "number",
    [
        "801301-1234568",
        "GB29 NWBK 6016 1331 9268 18",
        "4111 1111 1111 1112",
        "12345678",
        "ABC1234567",
    ],
)
def test_number_that_fails_its_check_is_left(number: str) -> None:
    assert number not in _found("identity", f"no. {number}, issued")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("url", "https://post.example/a?b=c"),
        ("url", "www.post.example/a"),
        ("account", "@river_fox"),
        ("account", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("coordinates", "39.0392, 125.7625"),
        ("coordinates", "39°02'21\"N"),
        ("number", "12가 3456"),
        ("number", "2021가단12345"),
        ("number", "12345/98"),
    ],
)
def test_locator_is_found_whole(name: str, found: str) -> None:
    assert _found(name, f"see {found} there") == [found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("they met Dr. Anna Lind there", "Anna Lind"),
        ("said Colonel Orlov.", "Orlov"),
        ("her brother Ivan Petrov left", "Ivan Petrov"),
        ("a man called Fox came", "Fox"),
        ("어제 박철수 씨가 왔다", "박철수"),
        ("박철수씨는 없다", "박철수"),
    ],
)
def test_name_behind_a_title_or_relation_is_found(text: str, name: str) -> None:
    assert _found("title", text) == [name]


@pytest.mark.parametrize("text", ["the general store", "my brother left", "1/2 and 3.14", "a@b"])
def test_everyday_words_are_no_locators(text: str) -> None:
    for name in ("url", "account", "coordinates", "number", "title"):
        assert _found(name, text) == []
