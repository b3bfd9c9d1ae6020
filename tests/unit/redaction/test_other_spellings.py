"""Names in other spellings and scripts, misread words, numbers in words; certain or not."""

from __future__ import annotations

import pytest

from archive.model.redaction import Method, Reason
from archive.redaction import default_detectors, leaks, propose
from tests.unit.redaction.disguises import copy_of, found, register

SPELLED = [
    (
        "김명철",
        ["Kim Myong-chol", "Gim Myeong-cheol", "KIM MYUNG CHUL", "Kim Myŏngch'ŏl", "金明哲"],
    ),
    ("Kim Myong-chol", ["김명철", "金明哲", "Kim Myung-chul", "Myung Chul Kim", "Gim Myeongcheol"]),
    (
        "김정철",
        ["kim jong chol", "gim jeongcheol", "jung-chul kim", "kim jongchol"],
    ),
    ("Kim Jong-chol", ["kim jung chul", "kim jeong-cheol"]),
    ("리영호", ["Lee Young-ho", "Rhee Yŏngho", "Ri Yong Ho", "Yi Yong-ho", "이영호"]),
    ("Oh Sang-hun", ["오상훈", "O Sanghun", "Oh Sang Hoon"]),
    ("노정숙", ["Roh Jung-sook", "No Jeongsuk", "로정숙"]),
    ("Wang Xiaoming", ["Wang Hsiao-ming", "Xiaoming Wang", "WANG Xiao Ming"]),
    ("王小明", ["Wang Xiaoming", "Wang Hsiao-ming"]),
    ("Юрий Шевченко", ["Yuri Shevchenko", "Jurij Schewtschenko", "SHEVCHENKO Yury"]),
    ("Yuri Shevchenko", ["Юрий Шевченко", "Шевченко, Юрий", "Yury Shevchenko"]),
    ("محمد الهاشمي", ["Mohammed Al-Hashimi", "Muhammad al-Hashemi"]),
    ("Muhammad al-Hashimi", ["محمد الهاشمي"]),
]
UNCERTAIN = [
    ("Wang Xiaoming", "王小明"),
    ("王小明", "王曉明"),
    ("Thomas Lindqvist", "Lindqvist"),
    ("Kim Myong-chol", "Myong-chol"),
    ("Kim Myong-chol", "김 선생"),
    ("Kim Myong-chol", "명철"),
    ("Muhammad al-Hashimi", "Mohamed Al Hashemi"),
    ("John Smith", "존 스미스"),
    ("Margaret Thorley", "마거릿 솔리"),
    ("Jürgen Habermann", "위르겐 하버만"),
    ("Hannah M. Kowalczyk", "한나·코발칙"),
    ("Wilbur Wright", "윌버 라이트"),
    ("김철", "金哲"),
    ("Kim Chol", "金鐵"),
]
NOT_MEANT = [
    ("John Smith", "존 스미스네"),  # no particle
    ("John Smith", "좋은 스미스"),  # no coda of a loanword
    ("John Smith", "진 스미스"),  # another vowel
    ("Anna Lee", "안나 리본"),
    ("김정철", "김 A.B."),
    ("김정철", "김 JC"),
]


@pytest.mark.parametrize(("form", "text"), NOT_MEANT)
def test_what_only_looks_like_the_whole_name_is_no_hint_of_it(form: str, text: str) -> None:
    assert text not in found(register(form), f"Then {text} came.", hints=True)


@pytest.mark.parametrize(
    ("form", "text"),
    [("김정철", "김 J.C"), ("Kim Jong-chol", "김 J. C")],
)
def test_initials_behind_a_korean_surname_end_with_a_full_stop(form: str, text: str) -> None:
    assert found(register(form), f"Then {text}. came.", hints=True) == [text]
    assert text not in found(register(form), f"Then {text} came.", hints=True)


@pytest.mark.parametrize("text", ["大金哲學", "金哲學", "大金哲"])
def test_two_characters_inside_a_word_are_no_name(text: str) -> None:
    assert found(register("김철"), f"Then {text} came.", hints=True) == []


@pytest.mark.parametrize("particle", ["는", "가", "에게", "씨는"])
def test_particles_after_a_name_in_hangul_are_not_part_of_it(particle: str) -> None:
    text = f"그때 존 스미스{particle} 왔다."
    assert found(register("John Smith"), text, hints=True) == ["존 스미스"]


@pytest.mark.parametrize(("form", "spelling"), [(f, s) for f, ways in SPELLED for s in ways])
def test_name_in_another_spelling_or_script_is_certain(form: str, spelling: str) -> None:
    text = f"Then ({spelling}) came."
    assert found(register(form), text) == [spelling]


@pytest.mark.parametrize(("form", "text"), UNCERTAIN)
def test_what_may_be_somebody_else_is_a_hint_that_the_gate_does_not_ask_for(
    form: str, text: str
) -> None:
    line = f"Then {text} came."
    assert found(register(form), line) == []
    assert found(register(form), line, hints=True) == [text]
    assert leaks(copy_of(line), register(form)) == ()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Thomas Hunt", "the hunt, to hunt and hunted"),
        ("Kim Myong-chol", "Kim Il-sung and Kim Yong-nam, kimchi"),
        ("An Yong-il", "any one in the country"),
        ("No So-on", "there is no so called son, an hour or so"),
        ("Kim Jong-chol", "a kim, kim jong nam; my jong chol"),
        ("Lee Hana", "at the lee of Hanover"),
        ("Anna Berg", "Any park, one Park"),
        ("김명철", "설명 철은 김치"),
        ("Yuri Shevchenko", "Юрий Иванов, Анна Шевчук"),
        ("010-1234-5678", "one two three, five and eight of them"),
    ],
)
def test_everyday_words_and_other_people_are_left_alone(form: str, text: str) -> None:
    assert found(register(form), text) == []


@pytest.mark.parametrize(
    "spelled",
    [
        "zero one zero, one two three four, five six seven eight",
        "oh one oh one two three four five six seven eight",
        "공일공 일이삼사 오육칠팔",
        "零一零一二三四五六七八",
        "0 1 0 1 2 3 4 5 6 7 8",
        "zero ten twelve thirty-four fifty-six seventy-eight",
    ],
)
def test_number_in_words_is_found(spelled: str) -> None:
    (place,) = found(register("010-1234-5678"), f"Call: {spelled}. At night.")
    assert place in spelled
    assert len(place) > len(spelled) // 2


@pytest.mark.parametrize("text", ["일", "이 삼", "one", "one two", "一二三", "", "7", "o"])
def test_few_numerals_are_no_number(text: str) -> None:
    assert found(register("010-1234-5678"), text) == []


def test_repeated_digits_may_be_spoken_as_double() -> None:
    assert found(register("010-2245-6789"), "oh one oh double two four five six seven eight nine")


@pytest.mark.parametrize(
    "text",
    ["Marguerite Lindqvest", "Margverite Lindqvist", "M. L1ndqvist", "Lindqvistt, Marguerite"],
)
def test_one_wrong_letter_is_found_in_recognised_text(text: str) -> None:
    matcher = register("Marguerite Lindqvist")
    line = f"They met {text} there."
    assert [one.rstrip(".") for one in found(matcher, line, recognised=True)] == [text]


@pytest.mark.parametrize("text", ["Margverite Lindqvist", "M. L1ndqvist"])
def test_misread_letters_are_forgiven_in_recognised_text_only(text: str) -> None:
    assert text not in found(register("Marguerite Lindqvist"), f"They met {text} there.")


def test_two_wrong_letters_and_short_words_are_not_misreadings() -> None:
    matcher = register("Marguerite Lindqvist", "Bruno Hale")
    assert found(matcher, "Murgeerita Lindkvest, Bruno Hals", recognised=True) == []


def test_proposals_say_how_sure_they_are_and_a_find_is_carried_through_the_text() -> None:
    text = "Lindqvist wrote. Dr. Anna Orlova came; then Orlova left, and Thomas Lindqvist too."
    proposed = propose(text, register("Thomas Lindqvist"), default_detectors(), hints=True)
    shown = [(text[one.start : one.end], one.confidence) for one in proposed]
    assert shown == [
        ("Lindqvist", 50),
        ("Anna Orlova", 70),
        ("Orlova", 60),
        ("Thomas Lindqvist", 100),
    ]
    assert {one.reason for one in proposed if one.method is Method.DETECTOR} == {Reason.THIRD_PARTY}


@pytest.mark.parametrize(
    "words",
    ["kim myong chol", "kim myongchol", "myong chol kim", "myongchol kim", "kim\nmyong-chol"],
)
def test_a_name_without_capitals_is_found_in_either_order_and_another_spelling(words: str) -> None:
    names = register("김명철")
    assert found(names, f"with {words} today") == [words]
    assert found(names, f"with {words} and {words} and an kim or chol") == [words, words]
