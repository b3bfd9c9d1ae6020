"""The sample accession holds what its register says, and every trap that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.extraction import Sandbox, media_type
from archive.model.objects import Extraction
from archive.sample_accession import folder, register

BOX = folder()
PATHS = sorted(path.relative_to(BOX).as_posix() for path in BOX.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def extractions() -> dict[str, Extraction]:
    found = {}
    with Sandbox() as sandbox:
        for path in PATHS:
            found[path] = _read(sandbox, (BOX / path).read_bytes())
    return found


def _read(sandbox: Sandbox, data: bytes) -> Extraction:
    return sandbox.read(media_type(data), data)


def _words(found: Extraction) -> str:
    return unicodedata.normalize("NFC", found.text.text if found.text else "")


def _enclosed(found: Extraction, sandbox: Sandbox) -> Iterator[tuple[str, Extraction]]:
    for attachment in found.attachments:
        inner = _read(sandbox, attachment.data)
        yield attachment.untrusted_name, inner
        yield from _enclosed(inner, sandbox)


def test_it_has_forty_documents_of_all_formats_and_is_small() -> None:
    suffixes = {Path(path).suffix for path in PATHS}
    assert len(PATHS) >= 40
    assert suffixes == {".txt", ".md", ".html", ".eml", ".pdf", ".png"}
    assert sum((BOX / path).stat().st_size for path in PATHS) < 2 << 20


def test_all_but_the_pictures_are_read(extractions: dict[str, Extraction]) -> None:
    silent = tuple(path for path, found in extractions.items() if found.text is None)
    assert silent == register().without_text
    assert all(len(_words(extractions[path])) > 200 for path in PATHS if path not in silent)


def test_english_and_korean_are_both_well_represented(
    extractions: dict[str, Extraction],
) -> None:
    korean = [path for path in PATHS if len(re.findall("[가-힣]", _words(extractions[path]))) > 200]
    assert len(korean) >= 10
    assert len(PATHS) - len(korean) >= 25


def test_every_expected_word_is_in_its_documents(extractions: dict[str, Extraction]) -> None:
    for expectation in register().expected:
        assert expectation.documents
        for path in expectation.documents:
            assert expectation.query in _words(extractions[path]).lower()


def test_the_register_names_documents_and_words_that_exist() -> None:
    contents = register()
    known = {path for source in contents.sources for path in source.documents}
    known |= {path for path, _ in contents.traps}
    assert known <= set(PATHS)
    assert len(contents.sources) == 3
    forms = {form for source in contents.sources for form in (source.name, *source.aliases)}
    assert forms == set(contents.canaries)


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("field/interview-han-seo-yeon-2024-03-11.txt", "Han\nSeo-yeon"),
        ("field/exchange-rates.txt", "Han Seo\u00adyeon"),
        ("web/bridge-reopens.html", "Han Seo\u00adyeon"),
        ("field/sinuiju-freight-yard.txt", "RI CHOL-RYONG"),
        ("field/winter-fuel.txt", "Pak Mi-hyang's"),
        ("field/혜산-장마당-3월.txt", "한서연은"),
        ("field/수해-일지.txt", "리철룡이"),
        ("field/국경-소문.txt", "한 서연"),
        ("web/flood-aid.html", "Ri Chol-ryong"),
        ("web/flood-aid.html", "Pak Mi-hyang"),
        ("web/쌀값-추이.html", "한서연에게"),
        ("mail/re-first-contact.eml", "Han\nSeo-yeon"),
        ("mail/첫눈.eml", "한서연 드림"),
        ("print/namsin-warehouses.pdf", "Ri Chol-\nryong"),
        ("print/flood-survey.pdf", "HAN SEO-YEON"),
        ("notes/crossing-points.md", "Seo-yeon Han"),
    ],
)
def test_traps_in_the_text_are_set(
    extractions: dict[str, Extraction], path: str, planted: str
) -> None:
    assert planted in _words(extractions[path])


def test_a_decomposed_name_stays_decomposed(extractions: dict[str, Extraction]) -> None:
    text = extractions["field/hoeryong-clinic.txt"].text
    assert text is not None
    assert unicodedata.normalize("NFD", "박미향") in text.text
    assert "박미향" not in text.text


@pytest.mark.parametrize(
    ("path", "field", "planted"),
    [
        ("web/market-women.html", "title", "Han Seo-yeon"),
        ("mail/first-contact.eml", "from", "Han Seo-yeon"),
        ("mail/re-first-contact.eml", "to", "Han, Seo-yeon"),
        ("mail/첫눈.eml", "from", "한서연"),
        ("mail/첫눈.eml", "subject", "한서연의"),
        ("print/market-bulletin-12.pdf", "author", "Han Seo-yeon"),
        ("print/clinic-supplies.pdf", "title", "Pak Mi-hyang"),
    ],
)
def test_traps_in_the_metadata_are_set(
    extractions: dict[str, Extraction], path: str, field: str, planted: str
) -> None:
    assert planted in extractions[path].metadata[field]


def test_traps_in_enclosures_are_set(extractions: dict[str, Extraction]) -> None:
    with Sandbox() as sandbox:
        inside = {
            path: list(_enclosed(extractions[path], sandbox))
            for path in ("mail/route-notes.eml", "mail/forwarded-burns.eml")
        }
        letter = list(_enclosed(extractions["mail/letter-between-two.eml"], sandbox))
    assert inside["mail/route-notes.eml"][0][0] == "Ri_Chol-ryong_route.txt"
    assert "Pak Mi-hyang" in inside["mail/forwarded-burns.eml"][0][1].metadata["from"]
    assert letter[1][1].metadata["to"].startswith("Pak Mi-hyang")
    assert letter[2][0] == "jam-for-Mi-hyang.txt"


def test_a_comment_with_a_name_is_in_the_file_and_not_in_the_text(
    extractions: dict[str, Extraction],
) -> None:
    path = "web/market-women.html"
    assert b"<!-- editor: she is Han Seo-yeon" in (BOX / path).read_bytes()
    assert "Seo-yeon" not in _words(extractions[path])


def test_duplicates_and_near_duplicates_are_there() -> None:
    january = (BOX / "field/hyesan-rice-january.txt").read_text()
    assert january == (BOX / "duplicates/copy of hyesan rice (1).txt").read_text()
    february = (BOX / "field/hyesan-rice-february.txt").read_text()
    shared = set(january.split()) & set(february.split())
    assert january != february
    assert len(shared) > 0.8 * len(set(january.split()))


def test_dates_are_found_where_documents_have_them(extractions: dict[str, Extraction]) -> None:
    dated = [path for path in PATHS if "date" in extractions[path].metadata]
    assert len(dated) >= 20
    assert extractions["web/market-women.html"].metadata["date"] == "2024-04-18"
