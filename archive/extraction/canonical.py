"""What canonical text may consist of. Every rule here keeps or documents the offsets.

The same functions run in the child, where offsets are made, and in the parent, where they are
checked: the second pass changes nothing in the answer of an honest child.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"
_INVISIBLE = "\u200b"  # ZERO WIDTH SPACE: invisible too, but reorders nothing

# Unicode 17.0, section 5.8, "Newline Guidelines": VT, FF, NEL, LS and PS end a line like CR and LF.
_LINE_ENDS = dict.fromkeys([0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], "\n")

# Unicode Standard Annex #9, section 2: explicit embeddings, overrides, isolates and marks.
_BIDI = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], _INVISIBLE
)
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], REPLACEMENT)
_KEPT = {ord("\t"): "\t", ord("\n"): "\n"}
# U+FFFE, U+FFFF and their like are not characters (Unicode 17.0, section 23.7).
_NONCHARACTERS = dict.fromkeys(
    [
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
    ],
    REPLACEMENT,
)
_TABLE = _CONTROLS | _LINE_ENDS | _BIDI | _NONCHARACTERS | _KEPT
_SUSPECT = re.compile(
    "[" + re.escape("".join(map(chr, sorted(set(_TABLE) - set(_KEPT))))) + "\ud800-\udfff" + "]"
)


def join_line_ends(text: str) -> str:
    """Return `text` with CR LF as LF. Shortens the text: only before offsets are made."""
    return text.replace("\r\n", "\n")


def neutralise(text: str) -> str:
    """Return `text` of the same length, safe to store, print and search.

    Line ends become LF; other control characters, lone surrogates and noncharacters become U+FFFD;
    directional controls become U+200B, which neither shows nor reorders what does.
    """
    return _SUSPECT.sub(_neutral, text)


def _neutral(match: re.Match[str]) -> str:
    return _TABLE.get(ord(match.group()), REPLACEMENT)


def one_line(text: str, limit: int) -> str:
    """Return untrusted `text` as one neutralised line of at most `limit` code points."""
    return " ".join(neutralise(text).split())[:limit]


def is_blank(text: str) -> bool:
    """Tell whether nothing in `text` would show: white space and format characters only."""
    if not text or text.isspace():
        return True
    return all(char.isspace() or unicodedata.category(char) == "Cf" for char in text)
