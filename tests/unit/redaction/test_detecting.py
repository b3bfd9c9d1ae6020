"""What each detector finds beside addresses and numbers, in invented texts, and what it leaves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import InvalidValue
from archive.model.ids import RecordId
from archive.model.redaction import Method, ReadingCopy, Reason, Redaction, RedactionPlan
from archive.redaction import (
    SourceMatcher,
    leaks,
    mark_spans,
    propose,
    proposing_detectors,
    text_digest,
    unmark_found,
)
from archive.redaction.detecting import entities
from archive.redaction.detecting.entities import PIECE, digest_of, folder_of, pieces, state_of
from archive.redaction.propagation import propagated
from tests.unit.redaction.disguises import register

DETECTORS = {detector.name: detector for detector in proposing_detectors()}
NOBODY = SourceMatcher([])


def found(name: str, text: str) -> list[str]:
    """Return what a detector finds, without what lies inside another of its finds."""
    spans = {(one.start, one.end) for one in DETECTORS[name].find(text)}
    return [
        text[a:b]
        for a, b in sorted(spans)
        if not any((c, d) != (a, b) and c <= a and b <= d for c, d in spans)
    ]


def covered(text: str) -> str:
    """Return the text with a dot for each code point that anything proposes to hide."""
    shown = list(text)
    for one in propose(text, NOBODY, proposing_detectors(), hints=True):
        shown[one.start : one.end] = "." * (one.end - one.start)
    return "".join(shown)


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("date", "on 3 March 1987 and in 1991", ["3 March 1987", "1991"]),
        ("date", "between 4 and 9 May 1999", ["4 and 9 May 1999"]),
        ("date", "1987년 3월 2일에", ["1987년 3월 2일"]),
        ("date", "the Ferries Act 1994, Law no. 1602, the 1985 Ports Act, in 1991", ["1991"]),
        ("age", "a 34-year-old, aged 12, 서른다섯 살의", ["34-year-old", "aged 12", "서른다섯 살"]),
        ("time-span", "for eleven months there", ["eleven months"]),
        ("time-span", "within ten days, every two years, for six weeks", ["six weeks"]),
        ("time-span", "a three-month time-limit, a two-year period set by law", []),
        ("amount", "paid EUR 4,000 or 300 euros", ["EUR 4,000", "300 euros"]),
        ("rank", "one of 312, Article 34", ["312"]),
        ("rank", "the 5th Chamber, sections 134 (1) and 103 (2), the 6th", ["6th"]),
        ("people", "two Yazidi families", ["Yazidi"]),
        ("nation", "a Latvian nurse, the Latvian Government", ["Latvian"]),
        ("occupation", "an assistant football coach", ["assistant football coach"]),
        ("occupation", "Teachers and drivers came", []),
        ("occupation-ko", "그는 운전사였다", ["운전사"]),
        ("kinship", "my eldest brother and his wife", ["my eldest brother"]),
        ("kinship-ko", "할머니는 살았다", ["할머니"]),
        ("office", "director of the Halvorsen Institute", ["director of the Halvorsen Institute"]),
        ("office", "the President of the Chamber", []),
        ("script", "met Ivan (Иван Сомов) there", ["Иван Сомов"]),
        ("script", "그는 어제 시장에서 Lindqvist를 만났다", ["Lindqvist"]),
        ("script", "plain words, μm", []),
        ("script", "he said (사람이 많이 와서 기다리고 있었다) twice", []),
        ("speaker", "[02/05/2021, 09:14:03] Orla V: well\n09:15 - Tam: no", ["Orla V", "Tam"]),
        ("speaker", "08:31 <orla_v> well\n[가람] [오후 8:02] 응", ["orla_v", "가람"]),
        ("speaker", "at 09:14 the harbour: closed\nNote: none", []),
        (
            "listed",
            "1 | Venn, Orla | nurse\nVenn, Tam\nOrla, Tam and I",
            ["Venn, Orla", "Venn, Tam"],
        ),
        ("account", "she is orla_v77 or on Telegram orla.venn", ["orla_v77", "orla.venn"]),
        (
            "number",
            "case number HM-2019-00447, plot no. 0412-77/2006",
            ["HM-2019-00447", "0412-77/2006"],
        ),
        ("number", "Law no. 2004-57512, number 12, nr. of days", []),
        (
            "number",
            "4 K 1188/15, 제4713부대, 평북 12-3387",
            ["4 K 1188/15", "제4713부대", "평북 12-3387"],
        ),
        ("phone", "call ext. 4417 or 내선 302", ["ext. 4417", "내선 302"]),
        ("number", "file no. 21 Cdo 1440/2007", ["21 Cdo 1440/2007"]),
        ("coordinates", "at 8 bis, rue des Tanneurs, or so", ["8 bis, rue des Tanneurs"]),
        ("nickname", "답: 방기순입니다. 번호는 아닙니다.", ["방기순"]),
        ("time-span", "3년 2개월 있었다", ["3년 2개월"]),
        ("date", "2004년 여름입니다", ["2004년 여름"]),
        ("place-ko", "인천 남동구 논현동 63-2번지로", ["인천 남동구 논현동 63-2번지"]),
        ("age", "she was sixteen when it burned, nine weeks old", ["sixteen", "nine weeks old"]),
        (
            "amount",
            "350 inhabitants, 9,000 som, 열일곱 명",
            ["350 inhabitants", "9,000 som", "열일곱 명"],
        ),
        ("amount", "명단과 장부, 한 장", []),
        ("trade", "a crane operator, a hydrologist, the driver", ["crane operator", "hydrologist"]),
        ("trade", "they consist of what we resist", []),
        ("capital", "saw the Venn iron mine and Tarnwick", ["Venn iron mine", "Tarnwick"]),
        ("place-ko", "그는 청진시 포항구역 수남동 14반에 살았다", ["청진시 포항구역 수남동 14반"]),
        ("place-ko", "단천시에서 왔다. 아직 단천에 있다", ["단천시", "단천"]),
        ("place-ko", "새벽일보 기자와 우리 학원 앞", ["새벽일보"]),
        ("place-ko", "당시 우리는 그래도 다시 거리로", []),
        ("pronunciation", "Sømer [ˈsøːmɐ] came", ["[ˈsøːmɐ]"]),
        ("initials", "said A. K. there, in the U.S. too", ["A. K."]),
        ("capital", "They met Orla Venn in Tarnwick.", ["Orla Venn", "Tarnwick"]),
        ("capital", "The Supreme Court and the Government sat.", []),
        ("capital", "the Fisheries Agency, the Ministry of Fisheries", ["Ministry of Fisheries"]),
        ("capital", "The Tarnwick Ferries Act and the Harbour Treaty held.", []),
        ("capital", "They met J. Venn Act there, then Orla Code.", ["J. Venn", "Orla"]),
        ("capital", "the Head of the Police, the Head of Fisheries", ["Head of Fisheries"]),
        ("capital", "the Director of the Fisheries Agency", ["Director of the Fisheries"]),
        ("capital", "the court (Sąd Okręgowy), the Bundesfinanzgericht", []),
        ("nickname", "a man known as the Grey Fox", ["Grey Fox"]),
        ("nickname", "별명은 '붉은여우'라고 했다", ["붉은여우"]),
        ("name-ko", "어제 강명옥 기자가 왔다", ["강명옥 기자"]),
        ("name-ko", "조사 결과 맹모(34)씨", ["맹모"]),
        ("phone", "call zero one zero, five five five, one two three four", None),
        ("phone", "전화는 공일공 일이삼사 오육칠팔", None),
        ("identity", "DNI 12345678Z or 12345678A", ["12345678Z"]),
        ("identity", "personnummer 811218-9876", ["811218-9876"]),
        ("identity", "RSSMRA85T10A562S", ["RSSMRA85T10A562S"]),
        ("identity", "AHV 756.9217.0769.85", ["756.9217.0769.85"]),
        ("identity", "CPF 529.982.247-25, not 529.982.247-26", ["529.982.247-25"]),
        ("identity", "RUT 12.345.678-5", ["12.345.678-5"]),
        ("identity", "SSN 219-09-9999, not 000-12-3456", ["219-09-9999"]),
        ("identity", "hetu 131052-308T", ["131052-308T"]),
        ("identity", "SNILS 112-233-445 95", ["112-233-445 95"]),
        ("identity", "NRIC S1234567D, id A123456789", None),
        ("number", "number plate: KX 51 TBZ", ["KX 51 TBZ"]),
    ],
)
def test_each_kind_is_found_and_no_more(name: str, text: str, parts: list[str] | None) -> None:
    shown = found(name, text)
    if parts is None:
        assert shown
    else:
        assert sorted(set(shown)) == sorted(set(parts))


def test_a_name_found_once_is_proposed_wherever_it_stands_again() -> None:
    text = "Dr. Orla Venn came. Later Venn left; Orla's coat stayed. V. Nobody."
    first = [*DETECTORS["title"].find(text)]
    again = {text[one.start : one.end] for one in propagated(text, first)}
    assert {"Venn", "Orla"} <= again


def test_who_a_letter_is_from_is_proposed_though_no_detector_knows_it() -> None:
    text = "tell quillon i am well. Quillon knows."
    named = propose(text, NOBODY, (), hints=True, named=("Marn Quillon",))
    assert "Quillon" in [text[one.start : one.end] for one in named]
    assert propose(text, NOBODY, (), hints=True) == ()


def test_everyday_sentence_is_left_alone() -> None:
    text = "the rain had stopped and nobody in the market would say who had paid for it."
    assert covered(text) == text


def test_detectors_do_not_make_the_gate_demand_anything() -> None:
    text = "Orla Venn, a nurse, born on 3 March 1987, met Ri Myong-chol."
    known = register("Ri Myong-chol")
    assert {one.method for one in propose(text, known, proposing_detectors(), hints=True)} == {
        Method.DETECTOR,
        Method.REGISTER,
    }
    copy = ReadingCopy(RecordId("00000000-0000-4000-8000-000000000001"), "", text, salt="0" * 32)
    assert [text[one.start : one.end] for one in leaks(copy, known)] == ["Ri Myong-chol"]


def test_all_of_one_detector_is_taken_back_and_the_register_is_not() -> None:
    text = "Ri Yong came in 1987 and in 1991."
    plan = RedactionPlan(RecordId("00000000-0000-4000-8000-000000000001"), text_digest(text))
    plan = mark_spans(plan, text, propose(text, register("Ri Yong"), proposing_detectors()))
    dates = [one for one in plan.redactions if one.detector == "date"]
    left = unmark_found(plan, "date")
    assert len(dates) == 2
    assert set(left.redactions) == set(plan.redactions) - set(dates)
    for name in ("date", "register"):
        with pytest.raises(InvalidValue):
            unmark_found(left, name)


def test_marks_lose_blank_ends_and_blank_ones_are_left_out() -> None:
    text = "  a  b "
    plan = RedactionPlan(RecordId("00000000-0000-4000-8000-000000000001"), text_digest(text))
    marks = [Redaction(a, b, Reason.LEGAL, Method.MANUAL, "manual") for a, b in ((1, 4), (3, 5))]
    assert [(r.start, r.end) for r in mark_spans(plan, text, marks).redactions] == [(2, 3)]


@pytest.mark.parametrize("text", ["", "word " * 9_000, "a" * 30_000, "a\n" * 20_000, "가" * 25_000])
def test_pieces_for_a_model_are_bounded_and_leave_nothing_out(text: str) -> None:
    cut = list(pieces(text))
    assert all(len(piece) <= PIECE for _, piece in cut)
    assert "".join(piece for _, piece in cut) == (
        text if " " in text or "\n" in text else " " * len(text)
    )
    assert all(sum(len(p) for _, p in cut[:i]) == first for i, (first, _) in enumerate(cut))


@pytest.mark.skipif(state_of(entities.ENGLISH) == "absent", reason="needs the extra `entities`")
def test_model_of_which_one_byte_is_other_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(entities.ENGLISH)
    assert folder is not None
    assert digest_of(folder) == entities.ENGLISH.digest
    copy = tmp_path / "planted_model"
    (copy / "data").mkdir(parents=True)
    (copy / "__init__.py").write_text("raise AssertionError('code of a model was run')")
    for name in ("meta.json", "config.cfg"):
        shutil.copy(folder / name, copy / "data" / name)
    monkeypatch.syspath_prepend(tmp_path)
    planted = replace(entities.ENGLISH, package="planted_model", folder="data")
    assert state_of(planted) == "altered"
    detector = entities.EntityDetector("planted", planted)
    assert list(detector.find("Maria Lindqvist lives in Oslo and is from there.")) == []


@pytest.mark.skipif(state_of(entities.ENGLISH) == "absent", reason="needs the extra `entities`")
def test_named_entities_are_found_in_english_and_french() -> None:
    english = "The letter was taken to Bergen, where a cousin of Maria Lindqvist keeps the house."
    french = (
        "La lettre est partie pour Marseille, où la cousine de Jeanne Delcourt vit dans une ferme."
    )
    assert {"Bergen", "Maria Lindqvist"} <= set(found("entity-en", english))
    assert found("entity-en", french) == []
    assert {"Marseille", "Jeanne Delcourt"} <= set(found("entity-fr", french))


@pytest.mark.skipif(state_of(entities.ENGLISH) == "absent", reason="needs the extra `entities`")
def test_years_of_laws_centuries_and_terms_are_no_dates_of_anybody() -> None:
    text = (
        "A judgment came in 2004, 16 years after the Ports Act 1986, within a 60-day period. "
        "In the 19th century there was no law of that kind in the whole of the country."
    )
    assert found("entity-en", text) == ["2004", "16 years"]
