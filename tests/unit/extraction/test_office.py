"""Office documents: every word and name is found, nothing is fetched, bombs stay packed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest

from archive.errors import ReaderFailed, ReaderLimit
from archive.extraction import NoText, Sandbox, media_type
from archive.model.objects import Extraction
from tests.unit.extraction import office_maker
from tests.unit.extraction.office_maker import docx, make_zip, odt, relations

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAKERS: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "docx": (office_maker.docx, office_maker.DOCX),
    "xlsx": (office_maker.xlsx, office_maker.XLSX),
    "pptx": (office_maker.pptx, office_maker.PPTX),
    "odt": (office_maker.odt, office_maker.ODT),
}
CARRIERS = [(kind, carrier) for kind, (_, names) in MAKERS.items() for carrier in names]
TWICE = {"header", "deleted-words"}  # with its codes; hard against the word put in its place
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    f'<w:document xmlns:w="{office_maker._W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p>'
    "</w:body></w:document>"
)
OUTSIDE = BOMB.replace('<!ENTITY a "ha">', '<!ENTITY a SYSTEM "file:///etc/passwd">')


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def found(sandbox: Sandbox) -> dict[str, Extraction]:
    return {kind: read(sandbox, make()) for kind, (make, _) in MAKERS.items()}


def read(sandbox: Sandbox, data: bytes) -> Extraction:
    return sandbox.read(media_type(data), data)


@pytest.mark.parametrize(("kind", "carrier"), CARRIERS)
def test_a_name_in_any_carrier_is_in_the_text_or_the_metadata(
    found: dict[str, Extraction], kind: str, carrier: str
) -> None:
    text = found[kind].text
    assert text is not None
    told = "\n".join([text.text, *found[kind].metadata.values()])
    assert MAKERS[kind][1][carrier] in told


@pytest.mark.parametrize("kind", MAKERS)
def test_nothing_is_told_twice_without_need(found: dict[str, Extraction], kind: str) -> None:
    text = found[kind].text
    assert text is not None
    for carrier, name in MAKERS[kind][1].items():
        assert text.text.count(name) <= 1 + (carrier in TWICE), carrier


@pytest.mark.parametrize("kind", MAKERS)
def test_the_same_bytes_give_the_same_answer(
    sandbox: Sandbox, found: dict[str, Extraction], kind: str
) -> None:
    assert read(sandbox, MAKERS[kind][0]()) == found[kind]


def test_properties_are_metadata(found: dict[str, Extraction]) -> None:
    told = found["docx"].metadata
    assert told["title"] == "Market day"
    assert told["author"] == "Quill Author"
    assert told["date"] == "2024-03-05"
    assert told["format"] == WORD
    assert told["company"] == office_maker.DOCX["company"]


def test_characters_of_every_plane_survive(sandbox: Sandbox) -> None:
    text = read(sandbox, docx(office_maker.DOCX | {"body": "혜산 😀 𐍈 שלום"})).text
    assert text is not None
    assert "혜산 😀 𐍈 שלום" in text.text


def test_embedded_files_are_attachments_with_their_names(sandbox: Sandbox) -> None:
    extra: dict[str, str | bytes] = {
        "word/media/market.png": b"\x89PNG\r\n\x1a\nrest",
        "word/embeddings/inner.docx": docx(),
    }
    enclosed = read(sandbox, docx(extra=extra)).attachments
    assert [(one.untrusted_name, one.media_type) for one in enclosed] == [
        ("market.png", "image/png"),
        ("inner.docx", WORD),
    ]
    assert enclosed[1].data == docx()


def test_what_a_document_would_run_or_fetch_is_noted(sandbox: Sandbox) -> None:
    extra: dict[str, str | bytes] = {
        "word/vbaProject.bin": b"not really",
        "word/_rels/settings.xml.rels": relations(
            external=(("attachedTemplate", "http://198.51.100.1/t.dotm"),)
        ),
    }
    metadata = read(sandbox, docx(extra=extra)).metadata
    assert metadata["active-content"] == "macros"
    assert metadata["external-references"] == "attachedTemplate"


def test_a_hyperlink_is_no_external_reference(found: dict[str, Extraction]) -> None:
    assert "external-references" not in found["docx"].metadata


@pytest.mark.parametrize("part", [BOMB, OUTSIDE, BOMB.encode("utf-16").decode("latin-1")])
@pytest.mark.parametrize("name", ["word/document.xml", "customXml/item9.xml", "word/_rels/x.rels"])
def test_entities_in_any_part_are_refused(sandbox: Sandbox, part: str, name: str) -> None:
    with pytest.raises(ReaderFailed):
        read(sandbox, docx(extra={name: part.encode("latin-1")}))


def test_a_part_that_unpacks_to_a_gibibyte_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ReaderLimit):
        read(sandbox, bomb(300 << 20))


def test_a_directory_that_lies_about_sizes_gains_nothing(sandbox: Sandbox) -> None:
    lying = bytearray(bomb(64 << 20))
    entry = lying.rindex(b"PK\x01\x02")
    struct.pack_into("<I", lying, entry + 24, 1000)  # APPNOTE.TXT 4.3.12, uncompressed size
    told = read(sandbox, bytes(lying))
    assert told.metadata["unreadable-parts"] == "1"


def test_entries_that_lie_over_each_other_are_refused(sandbox: Sandbox) -> None:
    overlapping = bytearray(docx())
    entries = [at for at in range(len(overlapping)) if overlapping.startswith(b"PK\x01\x02", at)]
    for entry in entries[2:]:
        overlapping[entry + 42 : entry + 46] = overlapping[entries[1] + 42 : entries[1] + 46]
    with pytest.raises(ReaderFailed):
        read(sandbox, bytes(overlapping))


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_truncated_document_is_no_empty_one(sandbox: Sandbox, cut: float) -> None:
    whole = docx()
    with pytest.raises(ReaderFailed):
        read(sandbox, whole[: int(len(whole) * cut)])


def test_a_document_without_words_says_so(sandbox: Sandbox) -> None:
    blank = make_zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:'
            'opendocument:xmlns:office:1.0"/>',
        },
        stored=("mimetype",),
    )
    assert read(sandbox, blank).reason == NoText.EMPTY.value


def test_an_encrypted_opendocument_says_so(sandbox: Sandbox) -> None:
    manifest = '<m:manifest xmlns:m="urn:x"><m:encryption-data/></m:manifest>'
    found = read(sandbox, odt(extra={"META-INF/manifest.xml": manifest, "content.xml": b"\x9c\1"}))
    assert found.reason == NoText.PROTECTED.value


def test_an_encrypted_entry_says_so(sandbox: Sandbox) -> None:
    locked = bytearray(docx())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert read(sandbox, bytes(locked)).reason == NoText.PROTECTED.value


def bomb(size: int) -> bytes:
    return docx(extra={"word/media/zeros.xml": bytes(size)})
