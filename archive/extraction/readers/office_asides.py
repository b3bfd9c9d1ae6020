"""What stands in a paragraph of an office document and is not part of what it says there.

Readings over characters (ruby), hidden words, struck ones and boxes that are anchored there stand
between letters of words that are read without them, so a name with one of them in it would not be
known for one. They are put into paragraphs of their own behind, struck words as the paragraph that
it was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import groupby
from typing import Any

from lxml import etree

_WORD = "wordprocessingml"
_OFF = ("0", "false", "off")  # ECMA-376 part 1, 22.9.2.7
_STRUCK, _PUT_IN = ("del", "moveFrom"), ("ins", "moveTo")
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_RUBY_TEXT = f"{{{_ODF}text:1.0}}ruby-text"
_DRAWN = f"{{{_ODF}drawing:1.0}}*"
_ODF_PARAGRAPHS = (f"{{{_ODF}text:1.0}}p", f"{{{_ODF}text:1.0}}h")


def set_apart(root: Any) -> None:
    """Move readings, hidden and struck words of each paragraph into paragraphs behind it.

    Namespaces are those of WordprocessingML (ECMA-376 part 1, 17) and OpenDocument 1.3 text.
    """
    for reading in reversed(list(root.iter(_RUBY_TEXT))):
        reading.tag = reading.tag.replace("ruby-text", "p")
        _behind(_paragraph_of(reading), reading)
    for drawn in reversed(list(root.iter(_DRAWN))):
        paragraph = drawn.getparent()
        if paragraph is not None and paragraph.tag in _ODF_PARAGRAPHS and _says(drawn):
            _behind(paragraph, drawn)
    for paragraph in [one for one in root.iter("{*}p") if _WORD in one.tag]:
        _word_paragraph(paragraph)


def _word_paragraph(paragraph: Any) -> None:
    runs = [(hidden, list(some)) for hidden, some in groupby(_own(paragraph, "r"), _is_hidden)]
    for hidden, some in reversed(runs):
        if hidden:
            _behind(paragraph, _within(paragraph, some))
    for ruby in reversed(list(_own(paragraph, "ruby"))):
        _open_ruby(paragraph, ruby)
    told: set[str] = set()
    for box in reversed(list(_own(paragraph, "txbxContent"))):
        words = "".join(box.itertext())
        for block in reversed(list(box)):
            box.remove(block)
            if words not in told:  # what is drawn in two ways (part 3, 10.2) is told once
                _behind(paragraph, block)
        told.add(words)
    if any(map(_says, _own(paragraph, *_STRUCK))):
        before = deepcopy(paragraph)
        before.tail = None
        _drop(before, _PUT_IN)
        _drop(paragraph, _STRUCK)
        _behind(paragraph, before)


def _says(element: Any) -> bool:
    return any(map(str.strip, element.itertext()))


def _own(paragraph: Any, *names: str) -> Iterator[Any]:
    """Yield descendants of these local names that belong to no paragraph within this one."""
    space = paragraph.tag.rpartition("}")[0]
    for one in paragraph.iter(*(f"{space}}}{name}" for name in names)):
        if _paragraph_of(one) is paragraph:
            yield one


def _paragraph_of(element: Any) -> Any:
    return next(element.iterancestors("{*}p", "{*}h"), None)


def _is_hidden(run: Any) -> bool:
    marks = run.find("{*}rPr/{*}vanish")
    if marks is None:
        return False
    value = next((value for key, value in marks.attrib.items() if key.endswith("}val")), "1")
    return value.lower() not in _OFF


def _open_ruby(paragraph: Any, ruby: Any) -> None:
    """Leave the base of a ruby (17.3.3.25) where it stands, and put its reading behind."""
    base, reading = ruby.find("{*}rubyBase"), ruby.find("{*}rt")
    run = ruby.getparent()
    if reading is not None:
        _behind(paragraph, _within(paragraph, list(reading)))
    if base is None or run is None:
        return
    for one in list(base):
        one.tail = None
        run.addprevious(one)
    ruby.getparent().remove(ruby)


def _within(paragraph: Any, runs: list[Any]) -> Any:
    """Return a new paragraph that holds runs, taken from where they stand."""
    made = etree.Element(paragraph.tag)
    made.extend(runs)
    for one in runs:
        one.tail = None
    return made


def _behind(paragraph: Any, one: Any) -> None:
    """Put a paragraph behind another; where that has no place of its own, words stay unparted."""
    if paragraph is not None and paragraph.getparent() is not None:
        tail, one.tail = one.tail, None
        if tail and one.getparent() is not None:
            _keep_tail(one, tail)
        paragraph.addnext(one)


def _keep_tail(one: Any, tail: str) -> None:
    """Leave the text behind an element where it is when the element goes."""
    previous = one.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + tail
    else:
        one.getparent().text = (one.getparent().text or "") + tail


def _drop(paragraph: Any, names: tuple[str, ...]) -> None:
    for one in list(_own(paragraph, *names)):
        parent = one.getparent()
        if parent is not None:
            parent.remove(one)
