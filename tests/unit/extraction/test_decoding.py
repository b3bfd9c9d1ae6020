"""Bytes become characters by proof, then by declaration, then by a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction import media_type
from archive.extraction.canonical import is_blank, join_line_ends, neutralise, one_line
from archive.extraction.dates import iso_date, mail_date, pdf_date
from archive.extraction.decoding import decode, decode_anyhow

KOREAN = "혜산 장마당에서 쌀 1킬로가 5,800원에 팔렸다."


@pytest.mark.parametrize(
    ("encoding", "recorded"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp949", "euc_kr"),
        ("johab", "johab"),
        ("iso2022_kr", "iso2022_kr"),
    ],
)
def test_korean_is_read_and_its_encoding_recorded(encoding: str, recorded: str) -> None:
    found = decode(KOREAN.encode(encoding))
    assert found is not None
    assert (found.text, found.encoding) == (KOREAN, recorded)


@pytest.mark.parametrize("encoding", ["euc-kr", "cp949", "utf-16-be", "iso-2022-kr", "johab"])
def test_a_declared_encoding_is_followed_where_it_fits(encoding: str) -> None:
    assert decode_anyhow(KOREAN.encode(encoding), encoding).text == KOREAN


def test_a_declared_encoding_that_the_bytes_disprove_is_not_followed() -> None:
    for declared in ("us-ascii", "iso-8859-1", "no-such-charset", "base64", "a\0b", ""):
        assert decode_anyhow(KOREAN.encode(), declared).text == KOREAN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_zero_bytes(encoding: str) -> None:
    found = decode("The price of 쌀 rose again.".encode(encoding))
    assert found is not None
    assert (found.text, found.encoding) == ("The price of 쌀 rose again.", encoding)


def test_seven_bit_encodings_are_not_taken_for_ascii() -> None:
    assert decode_anyhow(KOREAN.encode("utf-7"), "utf-7").text == KOREAN


def test_a_few_korean_syllables_without_declaration_are_korean() -> None:
    for syllables in ("쌀", "한서연", "회령 \u3000\u2460 쌀값"):
        assert decode_anyhow(syllables.encode("cp949")).text == syllables


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("It’s the trader’s own “price”, she said – naïve or not.", "cp1252"),
        ("朝鮮の市場で米の価格が上がった。", "shift_jis"),
        ("Рынок в Хасане открыт снова.", "cp1251"),
        ("北京市场的大米价格上涨了，边境贸易恢复。" * 3, "gb18030"),
    ],
)
def test_other_languages_are_not_taken_for_korean(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding))
    assert found is not None
    assert not any("\uac00" <= character <= "\ud7a3" for character in found.text)


def test_bytes_that_are_no_text_have_no_decoding() -> None:
    noise = bytes(range(256)) * 8
    assert decode(noise) is None
    assert decode_anyhow(noise).encoding == "cp1252"


def test_line_ends_become_line_feeds() -> None:
    assert neutralise(join_line_ends("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h")) == "\n".join(
        "abcdefgh"
    )


def test_controls_and_lone_surrogates_become_replacement_characters() -> None:
    assert neutralise("a\x00\x1b\x7f\x9f\ud800\ufffe\U0010ffff\tb") == "a" + "\ufffd" * 7 + "\tb"


def test_directional_controls_become_zero_width_spaces() -> None:
    assert neutralise("\u202ea\u2066b\u200fc\u061c") == "\u200ba\u200bb\u200bc\u200b"


def test_soft_hyphens_joiners_and_decomposed_letters_stay() -> None:
    kept = "Seo\u00adyeon \u1112\u1161\u11ab \u200d\U0001f33e\ufeff"
    assert neutralise(kept) == kept


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\n\tb\x00 c" + "d" * 99, 8) == "a b\ufffd cdd"


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \n\u200b\u00ad", True), (" x", False)])
def test_blank_is_what_does_not_show(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("D:20240503101500+09'00'", "2024-05-03"),
        ("20240503", "2024-05-03"),
        ("D:2024", "2024-01-01"),
        ("D:20241399", None),
        ("May 2024", None),
        ("", None),
    ],
)
def test_pdf_dates(written: str, day: str | None) -> None:
    assert pdf_date(written) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-03", "2024-05-03"),
        (" 2024-05-03T10:15:00Z ", "2024-05-03"),
        ("2024-02-30", None),
        ("3 May 2024", None),
    ],
)
def test_iso_dates(written: str, day: str | None) -> None:
    assert iso_date(written) == day


def test_mail_dates_keep_the_senders_day() -> None:
    assert mail_date("Tue, 5 Mar 2024 23:30:00 +0900") == (
        "2024-03-05",
        "2024-03-05T23:30:00+09:00",
    )
    for odd in ("", "yesterday", "Tue, 99 Mar 2024 23:30:00 +0900", "1 Jan 99999 1:1 +99999999"):
        assert mail_date(odd) is None


HELD_OUT = {
    "ko": ("Re: 국경 소식\n어제 밤 보위부에서 두 사람이 끌려갔습니다.",
           ["euc-kr", "cp949", "johab"]),
    "ja": ("国境の町で聞いた話です。昨夜、二人が連行されました。",
           ["shift_jis", "euc_jp", "cp932"]),
    "zh-Hans": ("昨天晚上边境小镇有两个人被带走了。", ["gb18030", "gbk"]),
    "zh-Hant": ("昨天晚上邊境小鎮有兩個人被帶走了。", ["big5"]),
    "ru": ("Вчера вечером в приграничном посёлке забрали двух человек.",
           ["cp1251", "koi8-r", "cp866", "iso8859-5"]),
    "fr": ("Hier soir, deux personnes ont été emmenées près de la frontière, à côté du marché.",
           ["cp1252", "cp850"]),
    "de": ("Gestern wurden zwei Männer über die Grenze geführt, es war früh und kühl.", ["cp1252"]),
    "pl": ("Wczoraj wieczorem zabrano dwie osoby, powiedział świadek ze wsi.",
           ["cp1250", "iso8859-2"]),
    "el": ("Χθες το βράδυ πήραν δύο ανθρώπους από το χωριό.", ["cp1253"]),
    "ar": ("مساء أمس أخذوا شخصين من القرية القريبة من الحدود", ["cp1256"]),
    "th": ("เมื่อคืนนี้มีคนสองคนถูกพาตัวไปจากหมู่บ้าน", ["cp874"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "encoding"),
    [(language, one) for language, (_, encodings) in HELD_OUT.items() for one in encodings],
)
def test_one_sentence_in_a_legacy_encoding_is_read(language: str, encoding: str) -> None:
    text = HELD_OUT[language][0]
    found = decode(text.encode(encoding))
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("language", ["ko", "ja", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_or_a_latin_letter_is_read(language: str, encoding: str) -> None:
    raw = HELD_OUT[language][0].encode(encoding)
    assert media_type(raw) == "text/plain"
    found = decode(raw)
    assert found is not None
    assert found.text == HELD_OUT[language][0]


def test_a_table_with_a_few_korean_names_is_read() -> None:
    table = "id,name,phone\r\n" + "".join(f"{n},한서연,010-0000-{n:04}\r\n" for n in range(900))
    found = decode(table.encode("cp949"))
    assert found is not None
    assert (found.text, found.encoding) == (table, "euc_kr")


@given(noise=st.binary(min_size=64, max_size=600))
def test_noise_with_zero_bytes_is_not_called_text(noise: bytes) -> None:
    zeros = noise[: len(noise) // 2] + b"\0\1\2\3" + noise[len(noise) // 2 :]
    if media_type(zeros) == "text/plain":
        found = decode(zeros)
        assert found is not None
        assert "\0" not in found.text
