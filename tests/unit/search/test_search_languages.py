"""Languages: inflected words meet, letters written in two ways are one, mixed texts work."""

from __future__ import annotations

import pytest

from archive.search.analysis import analyse_document, language_mark, languages_in
from archive.search.folding import fold
from archive.search.languages.passages import FOREIGN, language_of, passages
from archive.search.languages.stemming import LATIN, stems_of
from tests.unit.search.shelf import Shelf, ask, document

PASSAGES = {
    "cs": "Dokumenty byly v archivu a jsou to nejstarší zprávy, které se tam našly po válce.",
    "da": "Dokumenterne er fra arkivet og det er ikke alle, "
    "der har været med til mødet efter krigen.",
    "de": "Die Häuser der Stadt sind nicht alle alt und "
    "wurden nach dem Krieg von den Leuten gebaut.",
    "es": "Los documentos de la ciudad no están en el archivo, pero las cartas se conservan en él.",
    "fi": "Asiakirjat ovat arkistossa ja ne on tuotu sinne "
    "sodan jälkeen, mutta kaikki eivät ole siellä.",
    "fr": "Les lettres que nous avons trouvées dans les maisons de la ville sont au ministère.",
    "hu": "Az iratok nem voltak a levéltárban, és csak egy "
    "levél volt meg, amely a háború után került oda.",
    "id": "Dokumen itu tidak ada di arsip, tetapi surat dari "
    "kota yang lama telah dibawa oleh mereka.",
    "it": "I documenti della città non sono nell'archivio, "
    "ma le lettere che abbiamo trovato sono dei più.",
    "nl": "De brieven van het archief zijn niet in de stad, "
    "maar ze werden door hem naar een huis gebracht.",
    "no": "Dokumentene var ikke i arkivet etter krigen, og "
    "det er noe som han ble bedt om hva de har sett.",
    "pl": "Listy nie są w archiwum, ale jak się okazało, to były one w domu przez cały czas wojny.",
    "pt": "Os documentos não estão no arquivo, mas as cartas "
    "que ele tem são da cidade e foram para uma casa.",
    "ro": "Scrisorile nu sunt în arhiva din oraș, dar au "
    "fost duse de el la o casă care este după pod.",
    "sv": "Breven är inte i arkivet utan de var med i huset "
    "som han hade efter kriget och det är från dem.",
    "tr": "Belgeler arşivde değil, ama bir mektup bu şehirde "
    "çok eski bir evde için saklandı ve sonra oldu.",
}
ENGLISH = "The houses of the city are not all old, and they were built after the war by the people."


def count(tmp_path: object, text: str, query: str) -> int:
    return ask(Shelf(tmp_path).create(document(1, text)), query).total  # type: ignore[arg-type]


@pytest.mark.parametrize("language", PASSAGES)
def test_the_language_of_a_passage_is_told(language: str) -> None:
    assert (
        language_of(fold(PASSAGES[language]).replace(",", " ").replace(".", " ").split())
        == language
    )


def test_every_language_has_stems_and_small_words() -> None:
    assert PASSAGES.keys() == LATIN.keys()
    assert all(stems_of(language)["x"] == "x" for language in LATIN)
    assert "the" not in FOREIGN


@pytest.mark.parametrize("text", [ENGLISH, "", "stone wall", "1 2 3", "Kim Jong Un", "de la"])
def test_english_and_what_has_no_language_costs_no_terms(text: str) -> None:
    found = analyse_document("", text, None).text
    assert not any(term.startswith("\x01") for term in found.terms)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (PASSAGES["de"], "Haus"),
        (PASSAGES["de"], "Städte Kriege"),
        (PASSAGES["de"], '"Haus der Städte"'),
        (PASSAGES["fr"], "maison"),
        (PASSAGES["fr"], "trouvé"),
        (PASSAGES["fr"], "trouve"),
        (PASSAGES["es"], "documento conservar"),
        (PASSAGES["sv"], "brev"),
        (PASSAGES["pl"], "list"),
        (PASSAGES["tr"], "mektup"),
        (f"{ENGLISH}\n\n{PASSAGES['de']}", "house Haus"),
        (f"혜산에서\n\n{PASSAGES['de']}", "Haus 혜산"),
        ("Документы были в архивах министерства", "документ архив министерство"),
        ("Пётр шёл к берёзам", "петр береза"),
        ("за́мок на горе", "замок"),
        ("الوثائق في المكتبة", "مكتبة"),
        ("الْوَثَائِقُ", "الوثائق"),
        ("أحمد إلى آخر", "احمد الى اخر"),
        ("כְּתָבִים", "כתבים"),
        ("Τα έγγραφα της πόλης", "εγγραφα πολη"),
        ("北京的文件在大使馆里", "文件"),
        ("北京的文件在大使馆里", "大使馆"),
        ("北京的文件在大使馆里", "馆"),
        ("東京都の公文書館で資料を見た", "公文書館"),
        ("東京都の公文書館で資料を見た", "資料"),
        ("ｶﾞｲﾄﾞで", "ガイド"),
        ("Straße, Ærø, Łódź, Đuro, Œuvre, Ölçı", "strasse aero lodz duro oeuvre olci"),
        ("Nguyễn Văn Đức", "nguyen van duc"),
        ("ｓｔｏｎｅ ﬁne", "stone fine"),
        ("Jose\u0301", "José"),
    ],
)
def test_a_word_is_found_as_it_is_asked(tmp_path: object, text: str, query: str) -> None:
    assert count(tmp_path, text, query) == 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (ENGLISH, "Haus"),
        ("The news of the day was that", "new"),
        ("й", "и"),
        ("北京", "東京"),
        ("か", "が"),
    ],
)
def test_what_another_language_would_join_stays_apart(
    tmp_path: object, text: str, query: str
) -> None:
    assert count(tmp_path, text, query) == 0


def test_an_index_knows_its_languages(tmp_path: object) -> None:
    texts = [PASSAGES["de"], ENGLISH, f"{ENGLISH}\n\n{PASSAGES['fr']}"]
    index = Shelf(tmp_path).create(*(document(n, t) for n, t in enumerate(texts)))  # type: ignore[arg-type]
    view = index.view
    assert languages_in(lambda term: view.term_documents("text", term)) == ("de", "fr")
    assert view.term_documents("text", language_mark("de")) == 1


def test_passages_are_the_whole_text() -> None:
    text = f"{ENGLISH}\n\n{PASSAGES['de']}\nand\n\n\n x\n"
    assert "".join(passages(text)) == text
    assert list(passages("")) == []
    assert "".join(passages("\n\n")) in {"", "\n\n"}
