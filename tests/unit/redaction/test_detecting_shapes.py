"""Fields, tables, turns, letters, marks and words of no dictionary: found and left, one by one."""

from __future__ import annotations

import pytest

from archive.redaction.detecting.english import is_english, is_english_name, is_english_word
from archive.redaction.detecting.pattern import plain_of
from tests.unit.redaction.test_detecting import covered, found

TITLED = "did you ask mr oduro for it now\nor was it uncle brem\nmy uncle came in the end\n"
CHAT = "so quillon was taken to the port\nand i was at home\nnobody told me anything\n"


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("field", "Name: Orla Venn   Sex: F\nDOB: 3/4/1981", ["Orla Venn", "3/4/1981"]),
        ("field", "Occupation: net mender\nSpouse: none", ["net mender"]),
        ("field", "INTERVIEWER: So what was it like?\nSource: the same people", []),
        ("field", "성명: 방기순\n직업: 어부", ["방기순", "어부"]),
        (
            "field",
            "No | Name | Age | Fee\n1 | Venn, Orla | 31 | 5\n2 | Tam | 9 | 6\n\n3 | no | 4 | 7",
            ["Venn, Orla", "31", "Tam"],
        ),
        ("field", "salt | 3 | 4\nrice | 5 | 6", []),
        ("turn", "ABUK: no\nQuestion: why\nABUK: so\nQuestion: then", ["ABUK", "ABUK"]),
        ("turn", "SPEAKER 2 (Lorot): yes", ["Lorot"]),
        ("correspondent", "Dear Uncle Fru,\nall is well.\nYours,\nSirri\n", ["Uncle Fru", "Sirri"]),
        ("correspondent", "Dear Sir,\nDear all,\nI love it there.\n", []),
        ("quoted", "they call him “Sparrow” or “the Grey Fox”", ["Sparrow", "the Grey Fox"]),
        ("quoted", "the “Government” said “No” and “well then”", []),
        (
            "mark",
            "file XR-2290, exhibit 4:17-cv-00832-RWB, witness P-0271",
            ["XR-2290", "4:17-cv-00832-RWB", "P-0271"],
        ),
        ("capital", "my name is Ok Sun-bok and hers is An Mirae", ["Ok Sun-bok", "Mirae"]),
        ("mark", "in 1990s, 150KG, 10:30, 2004/38/EC, 1998-VIII, USD4000, 3,000", []),
        ("phone", "MoMo 6 77 41 08 93, pay 12 500 000 and 1 842", ["6 77 41 08 93"]),
        ("phone", "tel. 5555 9304", ["5555 9304"]),
        (
            "coordinates",
            "home at 2217 S. Troy St, Apt 3R, Quarrel. She left",
            ["2217 S. Troy St, Apt 3R, Quarrel"],
        ),
        ("coordinates", "ul. Biala 11 m. 4 or Lindenweg 9", ["ul. Biala 11 m. 4", "Lindenweg 9"]),
        ("coordinates", "grid 47R PL 0413 8852", ["47R PL 0413 8852"]),
        ("nickname", "Hyla “Dolly” Venn came", ["Hyla “Dolly” Venn"]),
        ("initials", "Mr. P.P. More and the U.S. Army", ["P.P. More"]),
        ("capital", "It was in the hut. Kyonga left. Nobody was. Perhaps.", ["Kyonga"]),
        ("capital", "We saw Junior. Junior waved. Others did not.", ["Junior", "Junior"]),
        ("capital", "He met Anandagopal.K there, in Camp 12.", ["Anandagopal.K", "Camp 12"]),
        ("capital", "ask Fawz al-Muqdar, some ex-KIO men", ["Fawz al-Muqdar", "ex-KIO"]),
        ("capital", "The Petitioner and the Respondent filed an Affidavit.", []),
        ("unknown", CHAT, ["quillon"]),
        ("unknown", CHAT.title(), []),
        ("unknown", "haha lmao idk\nnobody was in the house\nand so it was\n", []),
        ("age", "She was fourteen. Nawra, sixteen, and he, 46 y/o, (f, 31)", None),
        ("age", "it was fourteen. the page, sixteen, was torn", []),
        ("date", "on Sunday night, in mid-March, at 0640HRS, 8 P.M., 2-XI-1966", None),
        ("date", "14 Dec. 1952 and l4 Dec. I952", ["14 Dec. 1952", "l4 Dec. I952"]),
        ("amount", "nineteen trucks and two hundred thousand francs", None),
        ("kinship", "the third of nine children, mother of four, twin girls", None),
        ("event", "after the fall of Tarnwick, in the mine of Venn", None),
        (
            "occupation",
            "her father, a brick kiln worker, was a porter",
            ["brick kiln worker", "porter"],
        ),
        ("occupation", "he was a very good driver", ["driver"]),
        ("occupation-fr", "il est cariste et elle infirmière", ["cariste", "infirmière"]),
        ("name-ko", "최 목사님이 왔다. 남궁 기자한테 물었다", ["최 목사님", "남궁 기자"]),
        ("name-ko", "누님 필녀에게, 딸 별이를, 아들 같이 컸다", ["필녀", "별이"]),
        ("place-ko", "주식회사 세림정밀에서 일했다", ["주식회사 세림정밀"]),
        ("unknown", TITLED, ["mr oduro", "uncle brem"]),
        ("nickname", "her husband (tove) and the list (old)", ["tove"]),
        ("initials", "met H.v.d.A. there", ["H.v.d.A."]),
        ("date", "he comes by friday", ["friday"]),
        ("name-ko", "무당 류 사장이 왔다", ["류 사장"]),
        ("name-ko", "저는 옥 과장입니다", ["옥 과장"]),
        ("name-ko", "광명이 아버지와 정숙 이모가, 아이 엄마와 주인 아저씨", ["광명", "정숙"]),
        ("name-ko", "할머니 말로는 명심이한테 주었다", ["명심이"]),
        ("name-ko", "덕구네 개와 용팔은 있다. 높이가", ["덕구", "용팔은"]),
        ("name-ko", "할아버지 함자는 석 자 봉 자라", ["석 자 봉 자"]),
        ("name-ko", "그를 갑수라고 했다. 학생이라고 했다", ["갑수"]),
        ("place-ko", "제3작업반 명단, 2중대에, 이 반은", ["제3작업반", "2중대"]),
        ("place-ko", "혜산역 앞, 지역에서 영역 앞", ["혜산역"]),
        ("place-ko", "무산으로 갔다. 무산된 일", ["무산"]),
        (
            "number",
            "Civil Appeal No. 33 of 2018, SUIT NO. 4 OF 1999, Petition E7 of 2021",
            ["33 of 2018", "4 OF 1999", "E7 of 2021"],
        ),
        ("number", "Cause (KBD) 12 & 13 of 2004", ["12 & 13 of 2004"]),
        ("number", "Act No. 12 of 1984, Ordinance, No. 3 of 1961, Notice 8 of 1999", []),
        (
            "number",
            "plots nos. 260, 45 and 119/5, parcel no. 77, on sheet 3/21.2",
            ["plots nos. 260, 45 and 119/5", "parcel no. 77", "sheet 3/21.2"],
        ),
        ("amount", "Rs. 5,00,000/- and Rs 12 lakhs", ["Rs. 5,00,000/-", "Rs 12 lakhs"]),
        (
            "amount",
            "N450,000, Z$212, N2.5 million, Kshs. 40,500/=, GH₵20, 3,000/=",
            ["N450,000", "Z$212", "N2.5 million", "Kshs. 40,500/=", "GH₵20", "3,000/="],
        ),
        ("amount", "A4, B12, N95 and 30/45, on B-1,200", []),
        ("amount", "sold 40,000 copies", ["40,000 copies"]),
        (
            "coordinates",
            "at 7, Tarn Close, off Mission Road, then 2206 W. 14th St. N., Apt. C",
            ["7, Tarn Close, off Mission Road", "2206 W. 14th St. N., Apt. C"],
        ),
        ("title", "MRS. COMFORT VENN-O'DARE (2) DR. T. QUILL", ["COMFORT VENN-O'DARE", "T. QUILL"]),
        ("title", "MR, MRS: DRAFT; SRI lanka", []),
        (
            "capital",
            "TARN v. BLESSING QUILLON. Blessing left.",
            ["BLESSING QUILLON", "Blessing"],
        ),
        ("capital", "THE REASONS GIVEN. Reasons follow.", ["REASONS GIVEN"]),
        (
            "initials",
            "witnesses K3 and P-7, Child B, the applicant A left",
            ["K3 and P-7", "B", "A"],
        ),
        ("initials", "the applicant I met, Defendant II, a person IV", []),
        ("initials", "with k.o. ndlovu, e.g. there, at 5 p.m. then", ["k.o. ndlovu"]),
        ("trade", "an oud player and a produce buyer; the player", ["oud player", "produce buyer"]),
        ("kinship", "the last of nine, and the first of three grounds", ["the last of nine"]),
        (
            "age",
            "At fourteen she ran, at nineteen, he came; at four places",
            ["fourteen", "nineteen"],
        ),
    ],
)
def test_each_shape_is_found_and_no_more(name: str, text: str, parts: list[str] | None) -> None:
    shown = found(name, text)
    if parts is None:
        assert len(shown) > 1
    else:
        assert sorted(shown) == sorted(parts)


def test_a_name_found_with_a_capital_is_proposed_in_small_letters_unless_it_is_a_word() -> None:
    text = "Mr. Quillon came with Mr. Porter. later quillon left, and a porter."
    shown = covered(text)
    assert "quillon" not in shown
    assert "and a" in shown


@pytest.mark.parametrize("word", ["judgments", "Pre-trial", "hadn't", "carried", "lawyer's", "the"])
def test_english_has_its_words_in_every_form(word: str) -> None:
    assert is_english_word(word)


@pytest.mark.parametrize("word", ["Abuk", "gulbahor", "Kyong-sim", "Supérieur"])
def test_english_has_no_names_and_no_foreign_words(word: str) -> None:
    assert not is_english_word(word)


def test_names_are_known_as_names_and_everyday_words_are_not() -> None:
    assert is_english_name("Marcus")
    assert not any(map(is_english_name, ("The", "However", "Long", "Police")))


def test_a_text_is_english_by_its_frequent_words() -> None:
    assert is_english("the boat was in the harbour and nobody on it")
    assert not any(
        map(is_english, ("", "le bateau est dans le port", "Quillon Venn Marn", "배가 왔다"))
    )


def test_misread_digits_are_read_and_words_are_not() -> None:
    assert plain_of("l4 I952 1O5 Il Oslo B-l") == "14 1952 105 Il Oslo B-l"
