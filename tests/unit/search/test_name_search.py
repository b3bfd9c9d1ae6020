"""Names of persons meet in every spelling of theirs, and names that only look alike do not."""

from __future__ import annotations

import pytest

from archive.model.ids import RecordId
from archive.naming import divided, sound, sounds_of
from archive.search import names
from archive.search.aliases import _authority
from archive.search.analysis import analyse_document
from archive.search.grammar import parse
from tests.unit.search.shelf import Shelf, ask, document, record

SPELLINGS = {
    "김정은": "Kim Jong Un|Kim Jong-un|Kim Jong Eun|Kim Chŏng-ŭn|Kim Jeong-eun|Ким Чен Ын|金正恩"
    "|KIM JONG UN|Jong-un Kim|Kim Jongun|Kim, Jong-un",
    "김정일": "Kim Jong Il|Kim Chŏng-il|Kim Jeong-il|Ким Чен Ир|金正日",
    "김일성": "Kim Il Sung|Kim Il-sŏng|Kim Il-seong|Ким Ир Сен|金日成",
    "이승만": "Lee Seung-man|Yi Sŭng-man|Rhee Seung-man|Ли Сын Ман|李承晩|Syngman Rhee",
    "박정희": "Park Chung-hee|Pak Chŏng-hŭi|Bak Jeonghui|Пак Чон Хи|朴正熙",
    "박근혜": "Park Geun-hye|Pak Kŭn-hye|Пак Кын Хе|朴槿惠|Park Keun-hye",
    "노무현": "Roh Moo-hyun|No Mu-hyŏn|Noh Moo Hyun|Но Му Хён|盧武鉉|卢武铉",
    "김대중": "Kim Dae-jung|Kim Tae-jung|Ким Дэ Чжун|金大中",
    "문재인": "Moon Jae-in|Mun Chae-in|Мун Чжэ Ин|文在寅",
    "리설주": "Ri Sol-ju|Lee Seol-joo|Yi Sŏl-chu|Ли Соль Чжу|이설주|李雪主",
    "장성택": "Jang Song-thaek|Chang Sŏng-t'aek|Jang Sung-taek|Чан Сон Тхэк|張成澤|张成泽",
    "최룡해": "Choe Ryong-hae|Choi Yong-hae|Ch'oe Ryong-hae|Чхве Рён Хэ|崔龍海",
    "황장엽": "Hwang Jang-yop|Hwang Chang-yŏp|Hwang Jang-yeop|Хван Чжан Ёп|黃長燁",
    "김여정": "Kim Yo-jong|Kim Yŏ-jŏng|Kim Yeo-jung|Ким Ё Чжон|金與正|金与正",
}
NEAR = {
    "김정은": "Kim Jeong-eun|Kim Chŏng-ŭn",
    "김정인": "Kim Jeong-in|Kim Chŏng-in",
    "김성은": "Kim Seong-eun|Kim Sŏng-ŭn",
    "박정은": "Park Jeong-eun",
    "이정은": "Lee Jeong-eun",
    "김정남": "Kim Jong-nam|Ким Чен Нам",
    "김정호": "Kim Jeong-ho|Kim Jung-ho",
    "김경희": "Kim Kyong-hui|Kim Kyung-hee",
    "김영희": "Kim Young-hee",
    "이영호": "Lee Young-ho",
    "박봉주": "Pak Pong-ju|Park Bong-joo",
    "박명주": "Park Myung-joo",
    "최영림": "Choe Yong-rim|Choi Young-rim",
    "한동훈": "Han Dong-hoon",
    "한덕수": "Han Duck-soo",
    "조명록": "Jo Myong-rok|Cho Myong-nok",
    "조선호": "Cho Sun-ho",
    "정성장": "Cheong Seong-chang|Jeong Seong-jang",
    "정세현": "Jeong Se-hyun|Chong Se-hyon",
    "노재봉": "Roh Jai-bong|No Chae-bong",
    "오극렬": "O Kuk-ryol",
    "오진우": "O Chin-u|Oh Jin-woo",
    "임동원": "Lim Dong-won|Im Tong-wŏn",
    "남궁억": "Namgung Ok|Namkung Ŏk",
}
NO_NAMES = (
    "The Chairman Who Came In From The Cold",
    "So You Can Sing A Long Song",
    "No Man Is An Island In June",
    "Hong Kong Sun Ray Company",
    "United Nations Security Council Meeting",
    "The Long Island Sound Park Authority",
    "정부는 조사를 이유로 한국 대표단을",
)


class Sentences:
    """One document for each spelling, and some without any name."""

    def __init__(self, shelf: Shelf, table: dict[str, str]) -> None:
        self.forms = [
            (name, form) for name, forms in table.items() for form in (name, *forms.split("|"))
        ]
        texts = [
            f"보고에 따르면 {form} 방문하였다" if form[0] >= "가" else f"They say that {form} came."
            for _, form in self.forms
        ]
        documents = (document(n, text) for n, text in enumerate([*texts, *NO_NAMES]))
        self.index = shelf.create(*documents)

    def found(self, query: str) -> set[RecordId]:
        """Return the records that are found."""
        return {hit.record for hit in ask(self.index, query, limit=100).hits}

    def named(self, name: str) -> set[RecordId]:
        """Return the records that name one person."""
        return {record(n) for n, (whose, _) in enumerate(self.forms) if whose == name}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Sentences:
    return Sentences(Shelf(tmp_path_factory.mktemp("names")), SPELLINGS)


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Sentences:
    return Sentences(Shelf(tmp_path_factory.mktemp("near")), NEAR)


@pytest.mark.parametrize("name", SPELLINGS)
def test_who_asks_in_hangul_finds_every_spelling(sentences: Sentences, name: str) -> None:
    assert sentences.found(name) == sentences.named(name)


def test_who_asks_in_any_spelling_finds_the_name_in_hangul(sentences: Sentences) -> None:
    hangul = {name: record(n) for n, (name, form) in enumerate(sentences.forms) if name == form}
    missed = [f for name, f in sentences.forms if hangul[name] not in sentences.found(f)]
    assert not missed
    assert len(sentences.forms) >= 59


def test_no_spelling_finds_another_person(sentences: Sentences) -> None:
    wrong = [f for name, f in sentences.forms if sentences.found(f) - sentences.named(name)]
    assert not wrong


def test_names_that_are_near_one_another_stay_apart(near: Sentences) -> None:
    pairs = [(form, near.found(form), near.named(name)) for name, form in near.forms]
    right = sum(len(found & named) for _, found, named in pairs)
    wrong = sum(len(found - named) for _, found, named in pairs)
    assert right / (right + wrong) >= 0.98
    assert right / sum(len(named) for _, _, named in pairs) >= 0.95


@pytest.mark.parametrize("query", ["Hong Kong Sun", "So You Can", "The Cold", "정부", "이유"])
def test_words_that_are_no_name_find_no_name(near: Sentences, query: str) -> None:
    assert not near.found(query) & {record(n) for n in range(len(near.forms))}


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("kim jong un", True),
        ("kim jong un visit", False),
        ("name:김정은", True),
        ('name:"kim jongun"', True),
        ('name:"Kim, Jong-un"', True),
        ("Ким Чен Ын", True),
        ('"Kim Jong Un"', False),
        ("-김정은", True),
        ("김정은 OR river", True),
        ("北 김정은", False),
    ],
)
def test_a_name_is_recognised_where_it_stands_in_a_query(
    tmp_path: object, query: str, finds: bool
) -> None:
    index = Shelf(tmp_path).create(document(1, "Then Kim Chŏng-ŭn spoke."))  # type: ignore[arg-type]
    assert ask(index, query).total == int(finds)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("flights to Phyongyang", "평양"),
        ("평양으로 가는", "Pyongyang"),
        ("в Пхеньяне и Пхеньян", "P'yŏngyang"),
        ("Горбачёв said", "Gorbachev"),
        ("the paper Rodong Sinmun", "로동신문"),
        ("en Corée du Nord", "North Korea"),
    ],
)
def test_public_names_have_their_aliases(tmp_path: object, text: str, query: str) -> None:
    index = Shelf(tmp_path).create(document(1, text))  # type: ignore[arg-type]
    assert ask(index, query).total == 1


def test_a_name_as_it_is_written_comes_before_other_spellings(tmp_path: object) -> None:
    texts = ("Kim Chŏng-ŭn spoke there today", "김정은 오늘 거기서 말했다")
    index = Shelf(tmp_path).create(*(document(n, t) for n, t in enumerate(texts)))  # type: ignore[arg-type]
    assert [hit.record for hit in ask(index, "김정은").hits] == [record(1), record(0)]


def test_every_line_of_the_authority_file_is_read() -> None:
    lines = set(_authority(only_ascii=False).values())
    assert len(lines) > 50
    for forms in lines:
        assert len(forms) > 1
        for form in forms:
            assert parse(f'name:"{form}"')


def test_words_of_ascii_have_the_aliases_that_any_words_have() -> None:
    every = _authority(only_ascii=False)
    assert _authority(only_ascii=True) == {own: every[own] for own in every if own.isascii()}
    assert "kim ir sen" in every


def test_a_spelling_stands_for_sounds_and_hangul_for_one() -> None:
    assert sound("쩡") == "정"
    assert sound("령") == "영"
    assert set(sounds_of("jong")) == {"정", "종"}
    assert ("정",) in {way[0] for way in divided("jeongeun")}
    assert not sounds_of("strength")


def test_a_text_without_capitals_has_no_names() -> None:
    assert list(names.text_keys("kim jong un was there")) == []
    assert len(list(names.text_keys("Kim Jong Un and " * 50))) >= 50


def test_who_asks_in_hangul_gets_no_other_hangul_name_of_like_sound(tmp_path: object) -> None:
    texts = ("박청희 만났다", "Park Chung-hee came")
    index = Shelf(tmp_path).create(*(document(n, t) for n, t in enumerate(texts)))  # type: ignore[arg-type]
    assert [hit.record for hit in ask(index, "박정희").hits] == [record(1)]


@pytest.mark.parametrize(
    "text",
    ["A" * 1_000_000, "é" * 1_000_000, "Ab-" * 300_000, "Ké " * 250_000, "Ab" * 400_000 + "é"],
    ids=["capitals", "accents", "hyphens", "words", "camel"],
)
def test_a_megabyte_without_a_name_costs_what_it_is_long(text: str) -> None:
    """A pattern that tried again from each letter would take days."""
    assert analyse_document("", text, None).text.length > 0
