"""The words of a reading copy: visible text made uniform, and markers put in.

What wraps, pads or aligns around a hidden word would tell its length, so line ends inside a
paragraph with a marker become spaces, and runs of blanks or rules shrink wherever a text has
markers. Characters that are not seen could hide a message or turn a marker around; they are left
out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from archive.model.redaction import Marker, Redaction
from archive.redaction.folding import invisible, is_mark
from archive.redaction.joining import Joiner
from archive.redaction.spans import hidden_spans

_HOLE = "\ufffe"  # a noncharacter, taken out of visible text: stands for a marker until the end
_MIMIC = re.compile(r"\[(\W{0,4}(?:source|redacted)\b[^\[\]\n]{0,80})(\]?)", re.IGNORECASE)
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")
_RULE = re.compile(r"([\-=_.~*#+\u00b7\u2013-\u2015\u2500\u2501])\1{3,}")
_NAME = r"[^\W\d_][\w\-]*(?: [\w\-]+){0,2}"
_ITEM = re.compile(  # a line that is no continuation: list item, quotation, cell, `Name: value`
    rf"\s*(?:[\-*\u2022>#|]|[0-9]{{1,3}}[.)]\s|(?:{_NAME}|{_HOLE}):(?:\s|$))"
)
_AROUND = 12  # lines that tell how long a line may be
_FULL = 0.8  # of the longest; letters have different widths
_NAMED = 40  # characters of the longest name that is reckoned with


class _Clean(dict[int, str]):
    """A table for `str.translate`: uniform blanks, nothing unseen, no lone surrogates."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in "\t\n":
            shown = character
        elif character.isspace():
            shown = " "
        elif invisible(character) and not is_mark(character):
            shown = ""
        else:
            shown = "\ufffd" if unicodedata.category(character) == "Cs" else character
        self[code] = shown
        return shown


_CLEAN = _Clean()


def visible(text: str) -> str:
    """Return text that stays visible: uniform white space, nothing unseen, no false markers."""
    return _MIMIC.sub(_in_brackets, _LINE_END.sub("\n", text).translate(_CLEAN))


def letter_by_letter(text: str) -> tuple[str, list[int]]:
    """Return text as a copy shows its characters, and where in `text` each of them stands.

    A line end of two characters stands where its second does.
    """
    places = [at for at, one in enumerate(text) if _CLEAN[ord(one)] and text[at : at + 2] != "\r\n"]
    shown = (text[at] for at in places)
    return "".join("\n" if _LINE_END.match(one) else _CLEAN[ord(one)] for one in shown), places


def _in_brackets(mimic: re.Match[str]) -> str:
    return f"({mimic[1]}{')' if mimic[2] else ''}"


def redact_text(text: str, redactions: Sequence[Redaction]) -> tuple[str, tuple[Marker, ...]]:
    """Return the text with markers in place of what is hidden, and where the markers stand."""
    pieces: list[str] = []
    labels: list[str] = []
    at = 0
    for span in hidden_spans(text, redactions):
        pieces += [visible(text[at : span.start]), _HOLE]
        labels.append(span.label)
        at = span.end
    pieces.append(visible(text[at:]))
    joined = "".join(pieces)
    return _filled(_uniform(joined) if labels else joined, labels)


def _filled(text: str, labels: Sequence[str]) -> tuple[str, tuple[Marker, ...]]:
    pieces = text.split(_HOLE)
    out, markers, length = [pieces[0]], [], len(pieces[0])
    for words, piece in zip(labels, pieces[1:], strict=True):
        markers.append(Marker(length, length + len(words), words))
        out += [words, piece]
        length += len(words) + len(piece)
    return "".join(out), tuple(markers)


def _uniform(text: str) -> str:
    text = _RULE.sub(lambda m: m[1] * 3, _BLANKS.sub(" ", text))
    joiner = Joiner(text, _HOLE)
    return "\n".join(_flowed(block, joiner) for block in _blocks(text.split("\n")))


def _flowed(block: Sequence[str], joiner: Joiner) -> str:
    if any(_HOLE in line for line in block):
        return joiner.joined(block)
    return "\n".join(block)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield lines that belong together: a paragraph, or an item with its continuation.

    What looks like an item behind a full line may stand there by chance, where a line was broken.
    """
    block: list[str] = []
    for number, line in enumerate(lines):
        alone = not line.strip() or (block and not block[-1].strip())
        if block and (alone or (_ITEM.match(line) and _is_meant(lines, number, block))):
            yield block
            block = []
        block.append(line)
    yield block


def _is_meant(lines: Sequence[str], number: int, block: Sequence[str]) -> bool:
    """Return whether a line that looks like an item is one: it follows one, or a short line."""
    first = _ITEM.match(block[0])
    if first and (len(block) == 1 or _sign(block[0]) == _sign(lines[number])):
        return True
    return _is_short(lines, number - 1)


def _sign(line: str) -> str:
    """Return what a list marks its items with; nothing alike for a name or a number."""
    sign = line.lstrip()[:1]
    return line if sign.isalnum() or sign == _HOLE else sign


def _is_short(lines: Sequence[str], number: int) -> bool:
    """Return whether the next line's first word had room on a line, however long names are."""
    near = (*lines[max(0, number - _AROUND) : number], *lines[number + 1 : number + _AROUND])
    wide = max((len(line) for line in near if _HOLE not in line), default=0)
    first = lines[number + 1].split(maxsplit=1)[0]
    taken = len(lines[number]) + _NAMED * lines[number].count(_HOLE) + 1 + len(first)
    return taken < _FULL * wide
