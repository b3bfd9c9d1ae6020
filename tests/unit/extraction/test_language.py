"""A language is told where the text proves one, and not where it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.language import detect

SENTENCES = {
    "ko": "혜산 장마당에서 쌀 1킬로가 5,800원에 팔렸다.",
    "ja": "市場は朝の九時に開いた。",
    "zh": "市场上午九点开门，米价上涨了。",
    "en": "The market opened at nine in the morning and the price of rice went up again.",
    "fr": "Le marché a ouvert à neuf heures et le prix du riz a encore augmenté.",
    "de": "Der Markt wurde um neun Uhr eröffnet und der Preis für Reis ist gestiegen.",
    "es": "El mercado abrió a las nueve de la mañana y el precio del arroz subió otra vez.",
    "ru": "Рынок открылся в девять часов утра, и цена на рис снова выросла.",
    "uk": "Ринок відкрився о дев'ятій годині ранку, і ціна на рис знову зросла.",
    "ar": "فتح السوق في الساعة التاسعة صباحا وارتفع سعر الأرز مرة أخرى.",
    "fa": "بازار ساعت نه صبح باز شد و قیمت برنج دوباره بالا رفت.",
    "he": "השוק נפתח בתשע בבוקר ומחיר האורז עלה שוב.",
    "th": "ตลาดเปิดตอนเก้าโมงเช้าและราคาข้าวก็ขึ้นอีกครั้ง",
    "hi": "बाजार सुबह नौ बजे खुला और चावल की कीमत फिर बढ़ गई।",
    "el": "Η αγορά άνοιξε στις εννέα το πρωί.",
    "vi": "Chợ mở cửa lúc chín giờ sáng và giá gạo lại tăng.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_told(language: str) -> None:
    assert detect(SENTENCES[language]) == language


def test_korean_with_hanja_or_english_in_it_is_korean() -> None:
    assert detect("北京市 人民政府에서 받은 文書이다. 朝鮮 勞動黨 中央委員會") == "ko"
    assert detect("Samsung 전화기로 찍은 사진을 e-mail로 보냈다.") == "ko"


def test_japanese_with_many_han_is_japanese() -> None:
    assert detect("東京都千代田区霞が関一丁目") == "ja"


@pytest.mark.parametrize(
    "text", ["", "12345 / 67-89", "\u200b\n", "Oh", "x = 5; y(z)", "ABC-123 DEF-456", "😀😀"]
)
def test_no_language_is_claimed_without_evidence(text: str) -> None:
    assert detect(text) is None


def test_decomposed_hangul_is_korean() -> None:
    assert detect("\u1112\u1167\u11a8\u1109\u1161\u11ab") == "ko"


def test_only_the_first_letters_decide() -> None:
    assert detect(SENTENCES["en"] * 300 + SENTENCES["ko"] * 3_000) == "en"


@given(text=st.text(max_size=300))
def test_any_text_has_a_tag_or_none(text: str) -> None:
    found = detect(text)
    assert found is None or (found.isascii() and found.islower() and 2 <= len(found) <= 3)


def test_statistics_are_loaded_when_a_text_needs_them_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    program = (
        "import sys; from archive.extraction.language import detect;"
        f"assert detect({SENTENCES['ko']!r}) == 'ko'; assert 'py3langid' not in sys.modules;"
        f"assert detect({SENTENCES['en']!r}) == 'en'; assert 'py3langid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_statistics_take_little_more_memory_than_their_tables_have_bytes() -> None:
    program = (
        "import tracemalloc; from archive.extraction.language import detect; tracemalloc.start();"
        f"assert detect({SENTENCES['en']!r}) == 'en';"
        "assert tracemalloc.get_traced_memory()[0] < 100 << 20"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
