"""The words of a drawing are read; what it would run or fetch is a concern and is not."""

from __future__ import annotations

import pytest

from archive.errors import ReaderFailed
from archive.extraction import Concern, NoText, media_type
from archive.extraction.readers.svg import SvgReader
from archive.model.objects import Extraction

SPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def read(inside: str) -> Extraction:
    return SvgReader().read(f"<svg {SPACE}>{inside}</svg>".encode())


def test_titles_descriptions_and_texts_are_lines() -> None:
    found = read(
        "<title>Harbour</title><g><desc>Plan</desc><text>Berth <tspan>1</tspan>2"
        '<tspan x="9">Moor</tspan></text></g><style>text {}</style>'
    )
    assert found.text is not None
    assert found.text.text == "Harbour\nPlan\nBerth 12 Moor"
    assert found.metadata == {"title": "Harbour"}
    assert found.concerns == ()


@pytest.mark.parametrize(
    ("inside", "concern"),
    [
        ("<script>alert(1)</script>", Concern.ACTIVE_CONTENT),
        ('<rect onclick="x()"/>', Concern.ACTIVE_CONTENT),
        ('<image href="https://x.example/a.png"/>', Concern.OUTSIDE_REFERENCE),
        ('<use xlink:href="file:///etc/passwd#a"/>', Concern.OUTSIDE_REFERENCE),
        ('<rect style="fill:url(https://x.example/f)"/>', Concern.OUTSIDE_REFERENCE),
        ("<style>@import url(https://x.example/f)</style>", Concern.OUTSIDE_REFERENCE),
    ],
)
def test_what_would_run_or_be_fetched_is_a_concern(inside: str, concern: Concern) -> None:
    found = read(inside + "<text>Plan</text>")
    assert found.text is not None
    assert found.text.text == "Plan"
    assert found.concerns == (concern.value,)


def test_a_reference_inside_the_drawing_is_none() -> None:
    assert read('<use href="#a"/><image href="data:image/png;base64,AA=="/>').concerns == ()


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    data = f"{bomb}<svg {SPACE}><text>Plan &a; &f;</text></svg>".encode()
    assert media_type(data) == "image/svg+xml"
    found = SvgReader().read(data)
    assert found.text is not None
    assert found.text.text == "Plan &a; &f;"
    assert Concern.INCOMPLETE.value in found.concerns


def test_a_drawing_without_words_is_no_text() -> None:
    assert read("<rect/>").reason == NoText.EMPTY.value


def test_what_has_no_element_fails() -> None:
    with pytest.raises(ReaderFailed):
        SvgReader().read(b"no drawing")
