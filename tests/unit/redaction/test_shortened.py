"""Names in part, declined, in another script's letters, in handles; and words that are nobody."""

from __future__ import annotations

import pytest

from tests.unit.redaction.disguises import found, register

CERTAIN = [
    ("Роман Викторович Стаднев", "Романа Стаднева"),
    ("Роман Викторович Стаднев", "Стадневым Романом Викторовичем"),
    ("Роман Викторович Стаднев", "{Стадневу Р. В}."),
    ("Роман Викторович Стаднев", "R. Stadnev"),
    ("Роман Викторович Стаднев", "{Stadnev, R.V}."),
    ("Жанна Щеглова", "Janna Schtscheglowa"),
    ("Жанна Щеглова", "Жанне Щегловой"),
    ("Hendrik van den Akker", "H. van den Akker"),
    ("Жанна Щеглова", "Ž. Ščeglova"),
    ("Олег Цыганский", "Олегом Цыганским"),
    ("Богдан Гринчук", "Bohdan Hrynchuk"),
    ("Irina Maslova", "И. Маслову"),
    ("Irina Maslova", "Ирины Масловой"),
    ("Nikolai Malyshev", "Николаем Малышевым"),
    ("سامي القاسمي", "Sami Alqasimi"),
    ("سامي القاسمي", "Samy el-Kassimi"),
    ("سامي القاسمي", "القاسمي، سامي"),
    ("علي بن ناصر الدوسري", "علي ناصر الدوسري"),
    ("欧阳青", "Ouyang Qing"),
    ("马建国", "Ma Jianguo"),
    ("Petra Marie Holub", "Petra M. Holub"),
    ("Conrad Vesterby", "Vesterby|Conrad"),
    ("한은경", "Хан Ын Гён"),
]
UNCERTAIN = [
    ("Conrad Vesterby", "Conrad Paul Vesterby"),
    ("Conrad Vesterby", 'Conrad "Connie" Vesterby'),
    ("Conrad Vesterby", "C. P. Vesterby"),
    ("Conrad Vesterby", "Vesterby C"),
    ("Bożena Zielińska", "Zielińskiej"),
    ("سامي القاسمي", "القاسمي"),
    ("Walid al-Turki", "Walid at-Turki"),
    ("Conrad Vesterby", "Vesterbys"),
    ("Conrad Vesterby", "cvesterby"),
    ("Conrad Vesterby", "vesterbyconrad"),
    ("Conrad Vesterby", "V E S T E R B Y"),
    ("Роман Викторович Стаднев", "Stadnev"),
    ("Роман Викторович Стаднев", "Стадневу"),
    ("Роман Викторович Стаднев", "Романа Викторовича"),
    ("Тома", "Томы"),
    ("Ростя", "Ростю"),
    ("سامي القاسمي", "S. al-Qasimi"),
    ("سامي القاسمي", "Al-Qassimi"),
    ("정미란", "{Chung M.R}."),
    ("정미란", "M. R. Jeong"),
    ("정미란", "미란 정"),
    ("정미란", "{미란}언니"),
    ("吕国强", "G.Q. Lyu"),
    ("吕国强", "吕先生"),
    ("吕国强", "老吕"),
    ("欧阳青", "欧阳老师"),
]
HANDLES = [
    ("Conrad Vesterby", "{vesterby.c}@post.example"),
    ("Conrad Vesterby", "{vesterbyc}@post.example"),
    ("Conrad Vesterby", "@{c_vesterby}"),
    ("Conrad Vesterby", "files/{vesterby}_note_2.pdf"),
    ("Роман Стаднев", "{rstadnev}@post.example"),
    ("Роман Стаднев", "{stadnev.roman}@post.example"),
    ("Роман Стаднев", "{romanstadnev}77@post.example"),
    ("정미란", "{miran.jung}@post.example"),
    ("정미란", "{jeongmiran}@post.example"),
    ("정미란", "{mrjeong}@post.example"),
    ("马建国", "{jianguo.ma}@post.example"),
    ("Walid al-Turki", "{walid.alturki}@post.example"),
    ("Günter Weißhaupt", "{gweisshaupt}@post.example"),
]
ACROSS = [
    ("Conrad Vesterby", "{Conrad\n\n- 12 -\n\nVesterby}"),
    ("Conrad Vesterby", "{Conrad Vester-\n\n\f  Page 3 of 9\n\nby}"),
    ("Conrad Vesterby", "<b>{Conrad</b> <i>Vesterby}</i>"),
    ("ines.wolff@post.example", "{ines.wolff (at) post.example}"),
    ("ines.wolff@post.example", "{ines.wolff at post dot example}"),
]
MISREAD = [
    ("Conrad Vesterby", "Conrad Vestcrby"),
    ("Martin Hornby", "Martin Homby"),
    ("Thomas Kernish", "Thomas Kemish"),
    ("Adele McCullen", "Adele McCu11en"),
    ("02-771-9305", "O2-77l-93O5"),
]
NOBODY = [
    ("Conrad Vesterby", "Then Connor met Vester by the mill, c. Vester.", []),
    ("Роман Стаднев", "Читали роман. Стадо шло. Р. Стадник и С. Станев ушли.", []),
    ("سامي القاسمي", "Kosame and Sam left the Qatar office. S. Kasim came.", []),
    ("정미란", "A.B. Jeong came, and J. K. Oh", ["Jeong"]),
    ("유오란", "You saw. Oh no. So do I.", []),
    ("马建国", "J. and G. Mao came", []),
    ("Conrad Vesterby", "see west/verby_2 and contact@vesper.example", []),
    ("Anna Orlick", "a b c d, Anna\n\n12 apples\n\nOrli", []),
]


def _marked(text: str) -> tuple[str, str]:
    """Return what braces mark in a text, or all of it; and the text without them."""
    name = text.partition("{")[2].partition("}")[0]
    return name or text, text.replace("{", "").replace("}", "")


@pytest.mark.parametrize(("form", "text"), CERTAIN)
def test_name_is_found_for_certain_in_other_cases_scripts_and_lengths(form: str, text: str) -> None:
    name, plain = _marked(text)
    assert found(register(form), f"— {plain} 2.") == [name]


@pytest.mark.parametrize(("form", "text"), UNCERTAIN)
def test_part_of_a_name_is_proposed_as_a_whole_and_not_demanded(form: str, text: str) -> None:
    name, plain = _marked(text)
    assert name in found(register(form), f"— {plain}, 2", hints=True)
    assert name not in found(register(form), f"— {plain}, 2")


@pytest.mark.parametrize(("form", "text"), [*HANDLES, *ACROSS])
def test_name_is_found_in_handles_across_pages_and_tags_and_with_words_for_signs(
    form: str, text: str
) -> None:
    name, plain = _marked(text)
    assert name in found(register(form), f"Then {plain} came", hints=True)


@pytest.mark.parametrize(("form", "text"), MISREAD)
def test_letters_that_look_alike_in_print_are_read_as_the_name(form: str, text: str) -> None:
    read = register(form).find(f"Then {text} came", recognised=True)
    assert [(one.start, one.end) for one in read] == [(5, 5 + len(text))]


@pytest.mark.parametrize(("form", "text", "alone"), NOBODY)
def test_what_resembles_a_shortened_name_is_nobody(form: str, text: str, alone: list[str]) -> None:
    assert found(register(form), text, hints=True) == alone
