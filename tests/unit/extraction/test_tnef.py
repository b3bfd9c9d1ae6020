"""Winmail files: the body and the files in them come out, whole or with a concern."""

from __future__ import annotations

import pytest

from archive.errors import ReaderFailed
from archive.extraction import Concern, NoText, media_type
from archive.extraction.readers.tnef import TnefReader
from tests.unit.extraction.tnef_maker import (
    BODY,
    HTML,
    SENDER,
    SUBJECT,
    attribute,
    make_tnef,
)

MESSAGE = {SUBJECT: "Prices", SENDER: "Ri Chun-hwa", BODY: "쌀값이 올랐다 🌾."}
FILES = [("a/ferry.txt", b"Ferry at noon."), ("쌀값.txt", b"Rice rose.")]


@pytest.mark.parametrize("named", [False, True])
def test_body_people_and_files_come_out(named: bool) -> None:
    made = make_tnef(MESSAGE, FILES, named=named)
    assert media_type(made) in TnefReader.media_types
    found = TnefReader().read(made)
    assert found.text is not None
    assert found.text.text == MESSAGE[BODY]
    assert found.metadata == {"subject": "Prices", "from": "Ri Chun-hwa"}
    assert [(one.untrusted_name, one.data) for one in found.attachments] == FILES
    assert found.concerns == ()


def test_attributes_of_old_programs_are_told_in_their_code_page() -> None:
    made = make_tnef({}) + attribute(0x18004, "쌀값\0".encode("cp949"))
    made += attribute(0x2800C, "쌀값이 올랐다.\0".encode("cp949"))
    found = TnefReader().read(made)
    assert found.text is not None
    assert (found.text.text, found.metadata["subject"]) == ("쌀값이 올랐다.", "쌀값")


def test_a_body_that_is_a_page_is_told_as_its_text() -> None:
    found = TnefReader().read(make_tnef({HTML: b"<p>Rice <b>rose</b>."}))
    assert found.text is not None
    assert found.text.text.strip() == "Rice rose."


def test_a_message_inside_is_a_file_of_the_same_kind() -> None:
    inner = make_tnef({BODY: "Nobody said why."})
    (one,) = TnefReader().read(make_tnef(MESSAGE, [("inner", inner)])).attachments
    assert media_type(one.data) == "application/vnd.ms-tnef"


def test_what_is_cut_off_is_a_concern_and_no_cut_is_silent() -> None:
    whole = make_tnef(MESSAGE, FILES)
    for cut in range(6, len(whole)):
        try:
            found = TnefReader().read(whole[:cut])
        except ReaderFailed:
            continue
        assert (Concern.DAMAGED.value in found.concerns) != at_an_end(whole, cut)


def at_an_end(whole: bytes, cut: int) -> bool:
    """Tell whether an attribute ends there: a file that ends so is whole by its own account."""
    at = 6
    while at < cut:
        at += 9 + int.from_bytes(whole[at + 5 : at + 9], "little") + 2
    return at == cut


def test_one_without_words_says_so() -> None:
    found = TnefReader().read(make_tnef({}, FILES))
    assert (found.text, found.reason) == (None, NoText.EMPTY.value)
    assert len(found.attachments) == 2
