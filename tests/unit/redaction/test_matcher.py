"""The source matcher: what is a name, and what only looks like one."""

from __future__ import annotations

import pytest

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import Match, SourceMatcher
from tests.unit.redaction.disguises import (
    HANGUL,
    HANGUL_NAMES,
    LATIN,
    LATIN_NAMES,
    NUMBERS,
    NUMERIC,
    found,
    register,
)


@pytest.mark.parametrize("name", LATIN_NAMES)
@pytest.mark.parametrize("number", range(len(LATIN)))
def test_latin_name_is_found_in_every_disguise(name: str, number: int) -> None:
    hidden = LATIN[number](name)
    text = f"They spoke with {hidden}, then left."
    (match,) = register(name).find(text)
    rest = text[: match.start] + text[match.end :]
    assert not any(c.isalnum() for c in rest.removeprefix("They spoke with").split(",")[0])


@pytest.mark.parametrize("name", HANGUL_NAMES)
@pytest.mark.parametrize("number", range(len(HANGUL)))
def test_hangul_name_is_found_in_every_disguise(name: str, number: int) -> None:
    hidden = HANGUL[number](name)
    text = f"어제 {hidden} 왔다"
    covered = {i for m in register(name).find(text) for i in range(m.start, m.end)}
    bare = [i for i, c in enumerate(text) if i not in covered and c in name.replace(" ", "")]
    assert covered
    assert not [i for i in bare if 3 <= i < 3 + len(hidden) - 4]


@pytest.mark.parametrize("form", NUMBERS)
@pytest.mark.parametrize("number", range(len(NUMERIC)))
def test_number_is_found_with_any_separators(form: str, number: int) -> None:
    text = f"call {NUMERIC[number](form)} at night"
    (match,) = register(form).find(text)
    assert not any(c.isdigit() for c in text[: match.start] + text[match.end :])


@pytest.mark.parametrize(
    "text",
    ["+82 10 2345 6789", "0082-10-2345-6789", "+82 (0)10 2345 6789", "01023456789", "821023456789"],
)
@pytest.mark.parametrize("form", ["010-2345-6789", "+82 10 2345 6789"])
def test_telephone_number_is_found_with_and_without_its_country_code(form: str, text: str) -> None:
    assert "23456789" in "".join(filter(str.isdigit, "".join(found(register(form), text))))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Kim Myong-chol", "Myong-chol Kim"),
        ("Kim Myong-chol", "Myong Chol Kim"),
        ("Kim Myong-chol", "MYONGCHOL KIM"),
        ("Kim Myong-chol", "M.-C. Kim"),
        ("Kim Myong-chol", "M. C. Kim"),
        ("Kim Myong-chol", "MC Kim"),
        ("Kim Myong-chol", "m. kim"),
        ("Kim Myong-chol", "M Kim"),
        ("Kim Myong-chol", "Kim, M.-C."),
        ("Anna Maria Lindqvist", "Lindqvist, Anna Maria"),
        ("Anna Maria Lindqvist", "A. M. Lindqvist"),
        ("Anna Maria Lindqvist", "A. Lindqvist"),
        ("Anna Maria Lindqvist", "Anna M. Lindqvist"),
        ("Anna Maria Lindqvist", "Anna Lindqvist"),
        ("Anna Maria Lindqvist", "LINDQVIST, ANNA"),
        ("Анна Петровна Орлова", "Орлова Анна"),
        ("Inés Marta Quiroga Llano", "Quiroga Llano, Inés Marta"),
        ("Inés Marta Quiroga Llano", "Inés Quiroga Llano"),
        ("Inés Marta Quiroga Llano", "Ines Marta Quiroga"),
        ("Dr. Ingrid Solberg", "Solberg, Ingrid"),
        ("Capt Kim Myong-chol", "M.-C. Kim"),
        ("Лев Орлов", "Л. Орлов"),
        ("Νίκος Πέτρου", "ΠΕΤΡΟΥ ΝΙΚΟΣ"),
    ],
)
def test_other_orders_and_initials_of_a_name_are_found(form: str, text: str) -> None:
    places = found(register(form), f"so said {text}, they say")
    assert [place.rstrip(".") for place in places] == [text.rstrip(".")]


def test_the_first_two_of_three_names_are_a_hint() -> None:
    text = "Then came Anna Maria with the letters."
    assert found(register("Anna Maria Lindqvist"), text, hints=True) == ["Anna Maria"]


def test_titles_are_no_part_of_a_name() -> None:
    assert found(register("Capt. Kim Myong-chol"), "어제 김명철이 왔다") == ["김명철"]
    assert found(register("김명철 동지"), "Kim Myong-chol") == ["Kim Myong-chol"]
    assert found(register("Captain Ri"), "Ri said so") == []


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Ann", "Annual banners can cannot"),
        ("Ina", "put in a box, China, I na"),
        ("Don", "I don't, they didn't, he donates, London, Don’T"),
        ("Theresa", "There's a boat, there sa"),
        ("Kim Myong-chol", "Kim Myong-cholera, Akim Myong-chol1e, I'm Kim, kim"),
        ("Kim Myong-chol", "I am M. Then Kim came. A Kim M"),
        ("Adam", "McAdam, madam, Adamson, ad amount"),
        ("Ed Hunt", "he hunted and hunts, Edward Hunter"),
        ("Ri Il", "rill rile April ill"),
        ("Kim Chol Su", "Kim Su came, and so did Su Kim"),
        ("Anna Maria Lindqvist", "Anna Maria came, and Maria Lindqvist"),
        ("12345678", "112345678 123456789 1234567"),
        ("Hill", "Hills, Churchill, she'll"),
        ("Орлов", "Орлова орловский"),
    ],
)
def test_words_that_only_resemble_a_name_are_left_alone(form: str, text: str) -> None:
    assert found(register(form), text) == []


@pytest.mark.parametrize(
    ("form", "text", "place"),
    [
        ("김", "김 씨가", "김"),
        ("김", "김씨가", "김"),
        ("명철", "김명철은", "명철"),
        ("명철", "명 철이 왔다", "명 철"),
        ("김명철", "김ㆍ명철은", "김ㆍ명철"),
        ("김명철", "김・명•철은", "김・명•철"),
        ("김명철", "김．명철은", "김．명철"),
        ("王小明", "昨天王小明来了", "王小明"),
        ("王小明", "王 小明", "王 小明"),
        ("佐藤", "佐藤さん", "佐藤"),
        ("김명철", "Mr김명철said", "김명철"),
        ("Kim", "Kim은", "Kim"),
        ("محمد", "ومحمد", "محمد"),
    ],
)
def test_scripts_without_word_spaces_are_searched_inside_words(
    form: str, text: str, place: str
) -> None:
    assert found(register(form), text) == [place]


@pytest.mark.parametrize(
    ("form", "text"), [("김", "김치를 산다"), ("명철", "설명 철은, 명 철도역"), ("가", "각도")]
)
def test_short_hangul_form_is_not_found_across_other_words(form: str, text: str) -> None:
    assert found(register(form), text) == []


def test_glued_words_are_found_by_their_capitals() -> None:
    assert found(register("Kim Myong-chol"), "byKimMyongcholSaid") == ["KimMyongchol"]


def test_possessive_and_plural_stay_outside_the_place() -> None:
    assert found(register("Kim Myong-chol"), "Kim Myong-chol's, Kim Myong-chols") == [
        "Kim Myong-chol",
        "Kim Myong-chol",
    ]


def test_umlaut_is_found_written_out() -> None:
    assert found(register("Jürgen Größ"), "Juergen Groess, Jurgen Gross") == [
        "Juergen Groess",
        "Jurgen Gross",
    ]


def test_handle_and_address_are_found_with_other_separators() -> None:
    text = "see @river_fox, river.fox@mail.example and River Fox"
    assert found(register("river_fox"), text) == ["river_fox", "river.fox", "River Fox"]
    assert found(register("river.fox@mail.example"), text) == ["river.fox@mail.example"]


def test_form_without_letters_is_found_as_it_stands() -> None:
    assert found(register("★☆★"), "signed ★☆★") == ["★☆★"]


def test_marks_on_the_last_letter_belong_to_the_place() -> None:
    assert found(register("Rene"), "a Rene\u0301 b") == ["Rene\u0301"]


def test_place_starts_and_ends_with_whole_ligatures() -> None:
    assert found(register("Filip Groß"), "x ﬁlip groß y") == ["ﬁlip groß"]


def test_sources_that_share_a_form_are_both_named() -> None:
    matcher = SourceMatcher(
        [
            SourceForms(SourceRef("S-0002"), ("Ri Yong",)),
            SourceForms(SourceRef("S-0001"), ("Ri Yong",)),
        ]
    )
    assert matcher.find("Ri Yong") == (
        Match(0, 7, SourceRef("S-0001")),
        Match(0, 7, SourceRef("S-0002")),
    )


def test_place_inside_another_of_the_same_source_is_left_out() -> None:
    assert found(register("Myong-chol", "Kim Myong-chol"), "Kim Myong-chol") == ["Kim Myong-chol"]


def test_derived_forms_can_be_left_out() -> None:
    matcher = SourceMatcher([SourceForms(SourceRef("S-0001"), ("Kim Yong",))], derive=False)
    assert found(matcher, "Yong Kim, Y. Kim, KIM YONG") == ["KIM YONG"]


@pytest.mark.parametrize("text", ["", " ", "\u0301", "\ud800", "\uffff", "a" * 3])
def test_empty_register_and_odd_texts_are_no_trouble(text: str) -> None:
    assert SourceMatcher([]).find(text) == ()
    assert register("Kim Myong-chol").find(text) == ()
    assert register("  ").find(text) == ()


@pytest.mark.parametrize("blank", [" ", "\n", ""])
def test_long_text_is_searched_without_a_seam(blank: str) -> None:
    piece = f"Annual banner 김치 {'x' * 999}{blank}"
    text = (piece * (2_500_000 // len(piece))).replace("banner", "Kim Myong-\nchol")
    places = register("Kim Myong-chol", "Ann").find(text)
    assert [text[m.start : m.end] for m in places] == ["Kim Myong-\nchol"] * text.count("Annual")
