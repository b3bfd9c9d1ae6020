"""Plain text stays as it stands; a page becomes what a visitor reads."""

from __future__ import annotations

import pytest

from archive.extraction import NoText
from archive.extraction.readers.html import HtmlReader
from archive.extraction.readers.text import TextReader
from archive.model.objects import Extraction


def page(body: str, head: str = "") -> Extraction:
    return HtmlReader().read(f"<!DOCTYPE html><head>{head}</head><body>{body}".encode())


def words(body: str) -> str:
    text = page(body).text
    return text.text if text else ""


def test_text_is_kept_to_the_letter_but_for_line_ends() -> None:
    found = TextReader().read("  한\r\n\tSeo\u00adyeon \r\n".encode())
    assert found.text is not None
    assert found.text.text == "  한\n\tSeo\u00adyeon \n"
    assert (found.text.pages, found.text.boxes) == ((), ())


def test_the_end_of_file_of_dos_is_no_character_of_the_text() -> None:
    found = TextReader().read("쌀값이 올랐다.\r\n".encode("cp949") + b"\x1a")
    assert found.text is not None
    assert found.text.text == "쌀값이 올랐다.\n"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Prices #\nx", "Prices"),
        ("\n\n#  Long  title  \n", "Long  title"),
        ("#hashtag", None),
        ("## Second\n", None),
        ("x\n# Later", None),
    ],
)
def test_a_first_heading_is_the_title(text: str, title: str | None) -> None:
    assert TextReader().read(text.encode()).metadata.get("title") == title


def test_bytes_that_are_no_text_are_reported() -> None:
    assert TextReader().read(bytes(range(256)) * 9).reason == NoText.NOT_TEXT.value
    assert TextReader().read(b"text\x00text").reason == NoText.NOT_TEXT.value
    assert TextReader().read(b" \r\n ").reason == NoText.EMPTY.value


def test_blocks_break_and_inline_elements_do_not() -> None:
    assert words("<p>One <b>w</b>ord<i>s</i>.</p><p>Two</p>") == "One words.\n\nTwo"
    assert words("a<br>b<br><br>c<div>d</div>e") == "a\nb\n\nc\nd\ne"
    assert words("<ul><li>a<li>b</ul>c") == "a\nb\n\nc"
    assert words("<table><tr><td>a<td>b<tr><td>c</table>") == "a\tb\nc"


def test_white_space_collapses_except_in_preformatted_text() -> None:
    assert words("  a \n\t b <span> c</span> ") == "a b c"
    assert words("<pre>a  b\n c</pre>") == "a  b\n c"
    assert words("a\u00a0 b") == "a\u00a0 b"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret</script>",
        "<style>secret</style>",
        "<!-- secret -->",
        "<template>secret</template>",
        "<p title=secret data-x=secret></p>",
        "<iframe>secret</iframe>",
    ],
)
def test_what_no_visitor_sees_is_no_text(hidden: str) -> None:
    assert words(f"seen {hidden} too") in ("seen too", "seen\n\ntoo")


def test_a_name_split_by_elements_and_entities_is_whole() -> None:
    assert words("H<b>a</b>n Seo&shy;yeon &#xD55C;&#54620;") == "Han Seo\u00adyeon 한한"


def test_controls_written_as_entities_are_neutralised() -> None:
    assert words("a&#x202E;b&#x2028;c") == "a\u200bb\nc"


def test_the_page_says_who_and_when() -> None:
    found = page(
        "x",
        "<title> A\n page </title><meta name=Author content='O. Jae-min'>"
        "<meta property='article:published_time' content='2024-03-05T01:02:03Z'>"
        "<meta name=date content='never'><meta name=generator content=x>",
    )
    assert found.metadata == {"title": "A page", "author": "O. Jae-min", "date": "2024-03-05"}


def test_a_title_is_not_part_of_the_text() -> None:
    assert "A page" not in str(page("x", "<title>A page</title>").text)


def test_a_page_without_words_keeps_its_title() -> None:
    found = page("<img src=x>", "<title>Picture</title>")
    assert (found.text, found.reason) == (None, NoText.EMPTY.value)
    assert found.metadata == {"title": "Picture"}


@pytest.mark.parametrize("declared", ["euc-kr", "EUC-KR", "utf-8", "nonsense"])
def test_the_declared_encoding_of_a_page_is_used_if_the_bytes_allow(declared: str) -> None:
    source = f'<html><meta charset="{declared}"><p>장마당 쌀값이 올랐다</html>'
    for encoding in ("euc-kr", "utf-8"):
        found = HtmlReader().read(source.encode(encoding)).text
        assert found is not None
        assert found.text == "장마당 쌀값이 올랐다"


def test_depth_and_size_do_not_cut_the_text() -> None:
    deep = words("<div>" * 100_000 + "bottom" + "</div>" * 100_000 + "after")
    assert deep == "bottom\nafter"
    wide = words("<p>word</p>" * 50_000)
    assert wide.count("word") == 50_000
    assert len(words("<p>" + "x" * (12 << 20))) == 12 << 20


def test_a_very_long_comment_is_still_a_comment() -> None:
    assert words("a<!--" + "secret " * (2 << 20) + "-->b") == "ab"


@pytest.mark.parametrize(
    "markup",
    [
        "<img alt='Alt Kim'>",
        "<input value='Alt Kim'>",
        "<object>Alt Kim</object>",
        "<svg><text>Alt Kim</text></svg>",
        "<p style='display:none'>Alt Kim</p>",
        "<![CDATA[Alt Kim]]>",
        "<noframes>Alt Kim</noframes>",
    ],
)
def test_words_that_a_visitor_may_see_are_text(markup: str) -> None:
    assert "Alt Kim" in words(f"seen {markup} too")


@pytest.mark.parametrize("opened", ["<object>", "<style>", "<script>", "<title>", "<iframe>"])
def test_an_element_that_is_never_closed_hides_nothing(opened: str) -> None:
    found = HtmlReader().read(f"<!DOCTYPE html><body>{opened}<p>Told all the same".encode())
    assert found.text is not None
    assert "Told all the same" in found.text.text


def test_a_declared_utf_7_is_not_believed() -> None:
    found = HtmlReader().read(b"<meta charset=utf-7><p>+ADw-script+AD4- Name")
    assert found.text is not None
    assert "Name" in found.text.text


def test_elements_a_hundred_thousand_deep_are_read() -> None:
    found = HtmlReader().read(b"<html>" + b"<div>" * 100_000 + b"Deep down")
    assert found.text is not None
    assert found.text.text == "Deep down"


def test_entities_of_a_page_are_not_followed() -> None:
    outside = b"<!DOCTYPE html [<!ENTITY k SYSTEM 'file:///etc/hostname'>]><html><p>&k; Name"
    found = HtmlReader().read(outside)
    assert found.text is not None
    assert "&k; Name" in found.text.text
