"""Names in lists, with endings, in kana and Palladius, by initials alone; and who is not meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.naming import in_palladius, is_inflected, japanese_reading, kana_reading, palladius
from archive.redaction.misread import as_letters
from tests.unit.redaction.disguises import found, register

CERTAIN = [
    ("Ilona Vadas-Brezinska", "Ilony Vadas-Brezinskiej"),
    ("Walid al-Turki", "Turki, Walid al"),
    ("Walid al-Turki", "Turki, W. al"),
    ("Hendrik van den Akker", "Akker, Hendrik van den"),
    ("Hendrik van den Akker", "Akker, H. van den"),
    ("Hendrik van den Akker", "H. v. d. Akker"),
    ("Conrad Vesterby", "VESTERBY/CONRAD"),
    ("Conrad Vesterby", "Vesterby;Conrad"),
    ("석악렬", "Sŏk Angnyŏl"),
    ("Pak Mongnam", "박목남"),
    ("马建国", "Ма Цзяньго"),
    ("Xu Zhirui", "Сюй Чжижуй"),
    ("欧阳青", "Оуян Цин"),
    ("رضا کیانی", "رضا كياني"),
    ("Hendrik van den Akker", "Хендрик ван ден Аккер"),
    ("8 Tanner Street, Cowlow", "8 Tanner St., Cowlow"),
    ("dull.kite@post.example", "dull dot kite at post dot example"),
    ("Joris de Wael", "Йорис де Вал"),
]
PROPOSED = [
    ("Walid al-Turki", "وليد بن حسن التركي"),
    ("Ilona Vadas-Brezinska", "Brezinskiej"),
    ("Ilona Vadas-Brezinska", "Vadas"),
    ("Rafael Montoro Quesada", "rmontoro"),
    ("Eamon Mac Aodha", "emacaodha"),
    ("Rafael Montoro Quesada", "R. Montoro"),
    ("Paavo Heiskanen", "Heiskaselta"),
    ("Conrad Vesterby", "Vesterbylle"),
    ("Conrad Vesterby", "Vesterbynek"),
    ("Ito Satoru", "イトウ・サトル"),
    ("Ito Satoru", "いとう さとる"),
    ("Ito Satoru", "Itoh"),
    ("山本惠美", "山本さん"),
    ("정미란", "ㅈㅁㄹ"),
    ("8 Tanner Street, Cowlow", "8 Tanner St"),
]
HANDLES = [
    ("Hendrik van den Akker", "hvandenakker"),
    ("Ilona Vadas-Brezinska", "ivadas-brezinska"),
    ("Conrad Vesterby", "con.vesterby"),
    ("Conrad Vesterby", "cvesterby"),
]
CALLED = [
    ("Conrad Vesterby", "Conrad Vesterby left. {Conrad} wept."),
    ("Paavo Heiskanen", "Paavo Heiskanen tuli. {Paavon} auto jäi."),
    ("Conrad Vesterby", "Conrad Vesterby left; {C. V.} wept."),
    ("Conrad Vesterby", "Conrad Vesterby left; CV and {V.C.} wept."),
    ("Hendrik van den Akker", "Hendrik van den Akker, then {H.v.d.A.}"),
    ("Walid al-Turki", "وليد التركي هنا. {التركي} هناك"),
    ("정미란", "정미란 was out, said {miran} and"),
    ("정미란", "Jung Mi-ran as {JMR} in the diary"),
]
NOBODY = [
    ("Conrad Vesterby", "Conrad and C.V. left"),
    ("Frank German", "in Germany"),
    ("Ri Ok-nam", "명철이 어머니"),
    ("정미란", "ㅋㅋㅋ ㅎㅎㅎ ㅈㅁㄹㅏ"),
    ("Conrad Vesterby", "Vesterbyqu"),
    ("Liu Zhihua", "люди чужие"),
]
MISREAD = [
    ("Conrad Vesterby", "C0nrad Ve5ter6y"),
    ("Owen Lark", "0wen 1ark"),
    ("김정철", "K1M Jong Cho1"),
    ("Marnie O'Dell", "Mamie 0'Dell"),
    ("Liu Shuhua", "Lin Shnhua"),
]


def _parted(text: str) -> tuple[str, str]:
    return text.partition("{")[2].partition("}")[0], text.replace("{", "").replace("}", "")


@pytest.mark.parametrize(("form", "text"), CERTAIN)
def test_name_in_a_list_or_in_another_script_is_found_for_certain(form: str, text: str) -> None:
    assert text in found(register(form), f"— {text} (2)")


@pytest.mark.parametrize(("form", "text"), PROPOSED)
def test_name_with_an_ending_or_by_a_part_is_proposed_and_not_demanded(
    form: str, text: str
) -> None:
    assert text in found(register(form), f"— {text} (2)", hints=True)
    assert text not in found(register(form), f"— {text} (2)")


@pytest.mark.parametrize(("form", "token"), HANDLES)
def test_handle_may_have_small_words_a_double_surname_or_a_cut_name(form: str, token: str) -> None:
    assert token in found(register(form), f"to {token}@post.example", hints=True)


@pytest.mark.parametrize(("form", "text"), CALLED)
def test_who_is_named_in_a_text_is_found_there_by_given_name_and_initials(
    form: str, text: str
) -> None:
    name, plain = _parted(text)
    assert name.rstrip(".") in [one.rstrip(".") for one in found(register(form), plain, hints=True)]
    assert name not in found(register(form), plain)


@pytest.mark.parametrize(("form", "text"), NOBODY)
def test_given_name_initials_and_endings_alone_are_nobody(form: str, text: str) -> None:
    assert found(register(form), text, hints=True) == []


def test_initials_that_are_a_word_are_nobody_where_the_text_has_the_person() -> None:
    text = "Anna Rosa Tellvik saw the ART school"
    assert found(register("Anna Rosa Tellvik"), text, hints=True) == [text[:17]]


@pytest.mark.parametrize(("form", "text"), MISREAD)
def test_several_misread_letters_of_one_name_are_read_at_once(form: str, text: str) -> None:
    assert text in found(register(form), f"by {text} at", recognised=True)
    assert text not in found(register(form), f"by {text} at")


@given(st.text(max_size=80))
def test_reading_a_text_as_letters_keeps_every_place(text: str) -> None:
    assert len(as_letters(text)) == len(text)


@given(st.from_regex("[a-z]{3,9}", fullmatch=True), st.sampled_from(["lla", "nak", "owi", "nin"]))
def test_every_name_may_have_a_case_ending(name: str, ending: str) -> None:
    assert is_inflected(name + ending, name)
    assert not is_inflected(name + "qqqqqq", name)


@given(st.lists(st.sampled_from(["ka", "shi", "ryo", "tsu", "ne", "ji"]), min_size=2, max_size=4))
def test_kana_and_latin_letters_have_one_reading(syllables: list[str]) -> None:
    kana = {"ka": "カ", "shi": "シ", "ryo": "リョ", "tsu": "ツ", "ne": "ネ", "ji": "ジ"}
    written = "".join(map(kana.__getitem__, syllables))
    assert kana_reading(written) == japanese_reading("".join(syllables)) != ""


@given(st.lists(st.sampled_from(["zhi", "hua", "xue", "jun", "lin"]), min_size=2, max_size=3))
def test_palladius_is_read_with_and_without_signs(syllables: list[str]) -> None:
    letters = "".join(map(palladius, syllables))
    assert in_palladius(tuple(syllables), letters)
    assert in_palladius(tuple(syllables), letters.replace("ь", ""))
    assert not in_palladius(tuple(syllables), letters + "ванна")
