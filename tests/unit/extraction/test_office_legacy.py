"""Legacy documents, rich text and Outlook messages: nothing in them goes unread or unnoticed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import ReaderFailed, SandboxError
from archive.extraction import NoText, Sandbox, media_type
from archive.model.objects import Extraction
from tests.unit.extraction.compound_maker import compound, message
from tests.unit.extraction.office_maker import DOCX, PPTX, XLSX, docx

SAMPLES = Path(__file__).parents[2] / "samples" / "documents" / "office"
# What LibreOffice itself leaves out when it saves in another format.
LOST = {
    "doc": "alternative-text document-variable bound-data content-control person",
    "rtf": "text-box alternative-text document-variable bound-data content-control person",
    "odt": "alternative-text field-code document-variable bound-data content-control "
    "last-modified-by person",
    "xls": "comment-author text-box alternative-text pivot-cache linked-value",
    "ods": "comment-author text-box alternative-text pivot-cache linked-value",
    "ppt": "master comment comment-author alternative-text table",
    "odp": "master comment comment-author table",
}
SOURCES = {"xls": XLSX, "ods": XLSX, "ppt": PPTX, "odp": PPTX}
NAMES = [
    (suffix, name)
    for suffix, lost in LOST.items()
    for carrier, name in SOURCES.get(suffix, DOCX).items()
    if carrier not in lost.split()
]
EVERY_SAMPLE = sorted(path.name for path in SAMPLES.iterdir())
RTF = (
    rb"{\rtf1\ansi\ansicpg949{\fonttbl{\f0\fcharset129 Batang;}{\f1\fcharset204 Arial;}}"
    rb"{\info{\title Market day}{\author Quill Author}{\company Xenon House}}"
    rb"{\header Head Erline\par}\f0 \'bd\'d2\'b0\'aa rose{\footnote Foot Noteman}"
    rb"{\*\atnauthor Ann Otator}{\*\annotation Comm Entary}.\par \f1\'cc\'e8\'f0\par "
    rb"{\v Hid Denman}{\field{\*\fldinst DDEAUTO c:\\\\cmd.exe}{\fldrslt Shown Result}}"
    rb"{\*\nobodyknows Unknown Destin}\u-10179?\u-8704?\par {\object\objautlink{\*\objclass Word}"
    rb"{\*\objdata 0105}}{\*\template http://198.51.100.1/t.dot}}"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def found(sandbox: Sandbox) -> dict[str, Extraction]:
    return {suffix: read(sandbox, sample(f"names.{suffix}")) for suffix in LOST}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read(sandbox: Sandbox, data: bytes) -> Extraction:
    return sandbox.read(media_type(data), data)


def told(extraction: Extraction) -> str:
    assert extraction.text is not None, extraction.reason
    return "\n".join([extraction.text.text, *extraction.metadata.values()])


@pytest.mark.parametrize(("suffix", "name"), NAMES)
def test_a_name_that_the_file_holds_is_told(
    found: dict[str, Extraction], suffix: str, name: str
) -> None:
    assert name in told(found[suffix])


@pytest.mark.parametrize("suffix", ["epub", "fb2"])
def test_a_publication_is_told_with_its_notes(sandbox: Sandbox, suffix: str) -> None:
    publication = read(sandbox, sample(f"names.{suffix}"))
    for words in ("Rice rose.", "쌀값이 올랐다. 😀", "Told by Nam Footnoted.", "Quill"):
        assert words in told(publication)


@pytest.mark.parametrize("name", EVERY_SAMPLE)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_sample_has_exactly_one_outcome(
    sandbox: Sandbox, name: str, data: st.DataObject
) -> None:
    whole = bytearray(sample(name))
    kind = media_type(bytes(whole))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    try:
        found = sandbox.read(kind, bytes(whole))
    except SandboxError:
        return
    assert (found.text is None) == (found.reason is not None)


def test_rich_text_is_told_from_every_destination(sandbox: Sandbox) -> None:
    rich = read(sandbox, RTF)
    for words in (
        "쌀값 rose.",
        "Мир",
        "Head Erline",
        "Foot Noteman",
        "Ann Otator",
        "Comm Entary",
        "Hid Denman",
        "Shown Result",
        "Unknown Destin",
        "😀",
        "Xenon House",
    ):
        assert words in told(rich), words
    assert rich.metadata["title"] == "Market day"
    assert rich.metadata["active-content"] == "dde"
    assert rich.metadata["external-references"] == "attachedTemplate, oleObject"


def test_rich_text_that_is_cut_short_says_so(sandbox: Sandbox) -> None:
    assert read(sandbox, RTF[:300]).metadata["incomplete"] == "yes"


def test_groups_a_hundred_thousand_deep_are_read(sandbox: Sandbox) -> None:
    deep = b"{\\rtf1 " + b"{" * 100_000 + b"Deep Down" + b"}" * 100_000 + b"}"
    assert "Deep Down" in told(read(sandbox, deep))


def test_a_message_tells_people_body_and_enclosed_files(sandbox: Sandbox) -> None:
    enclosed = docx()
    streams = message(
        {
            "0037": "Market day",
            "1000": "Rice rose. 쌀값 😀",
            "0C1A": "Sen Dersson",
            "5D01": "sen@example.org",
            "0E04": "To Recipient",
            "0E02": "Bc Cersson",
        }
    )
    streams |= message({"3001": "To Recipient", "39FE": "to@example.org"}, "__recip_version1.0_#0/")
    streams |= message({"3707": "쌀값 list.docx", "3701": enclosed}, "__attach_version1.0_#00/")
    inner = "__attach_version1.0_#01/__substg1.0_3701000D/"
    streams |= message({"0037": "Inner word", "1000": "Inside it.", "0C1A": "In Nerman"}, inner)
    outer = read(sandbox, compound(streams))
    for words in (
        "Rice rose. 쌀값 😀",
        "Sen Dersson",
        "sen@example.org",
        "to@example.org",
        "Bc Cer",
    ):
        assert words in told(outer)
    assert [one.untrusted_name for one in outer.attachments] == ["쌀값 list.docx", "Inner word.eml"]
    assert outer.attachments[0].data.rstrip(b"\0") == enclosed.rstrip(b"\0")
    mail = message_from_bytes(outer.attachments[1].data, policy=policy.default)
    assert mail["subject"] == "Inner word"
    assert "In Nerman" in mail["from"]
    assert read(sandbox, outer.attachments[1].data).metadata["subject"] == "Inner word"


def test_messages_inside_messages_end_at_some_depth(sandbox: Sandbox) -> None:
    streams: dict[str, bytes] = {}
    prefix = ""
    for _ in range(40):
        streams |= message({"0037": "Again", "1000": "and again"}, prefix)
        prefix += "__attach_version1.0_#00/__substg1.0_3701000D/"
    assert "and again" in told(read(sandbox, compound(streams)))


def test_a_packaged_file_keeps_its_name(sandbox: Sandbox) -> None:
    native = (
        struct.pack("<H", 2)
        + b"list.csv\0C:\\list.csv\0\0\0\3\0"
        + struct.pack("<I", 4)
        + b"C:\\\0"
    )
    native += struct.pack("<I", 5000) + b"rice;" * 1000
    found = read(sandbox, compound({"\x01Ole10Native": struct.pack("<I", len(native)) + native}))
    assert [(one.untrusted_name, len(one.data)) for one in found.attachments] == [
        ("list.csv", 5000)
    ]


def fib(flags: int) -> bytes:
    return struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, flags)


@pytest.mark.parametrize(
    "streams",
    [
        {"EncryptionInfo": b"x", "EncryptedPackage": b"y"},
        {"WordDocument": fib(0x0100), "1Table": b""},
        {"Workbook": struct.pack("<HH16xHH", 0x0809, 16, 0x002F, 6)},
        {"PowerPoint Document": b"", "Current User": struct.pack("<12xI", 0xF3D1C4DF)},
        {"FileHeader": b"HWP Document File".ljust(36, b"\0") + struct.pack("<I", 0b10)},
    ],
    ids=["ooxml", "doc", "xls", "ppt", "hwp"],
)
def test_a_document_behind_a_password_says_so(sandbox: Sandbox, streams: dict[str, bytes]) -> None:
    assert read(sandbox, compound(streams)).reason == NoText.PROTECTED.value


def test_a_legacy_document_that_is_cut_short_is_no_empty_one(sandbox: Sandbox) -> None:
    whole = sample("names.doc")
    for cut in (600, len(whole) // 3):
        with pytest.raises(ReaderFailed):
            read(sandbox, whole[:cut])


def test_an_outlook_message_names_the_mails_of_its_thread(sandbox: Sandbox) -> None:
    header = "From: a@b.example\r\nReferences: <root@x.example>\r\n <0@x.example>\r\n\r\n"
    streams = message({"1000": "Again.", "1035": "<1@x.example>", "1042": "<0@x.example>"})
    streams |= message({"007D": header})
    told_of = read(sandbox, compound(streams)).metadata
    assert told_of["message-id"] == "<1@x.example>"
    assert told_of["in-reply-to"] == "<0@x.example>"
    assert told_of["references"] == "<root@x.example> <0@x.example>"
