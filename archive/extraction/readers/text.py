"""Plain text and Markdown: the words as they stand, in whatever encoding."""

from __future__ import annotations

import re
from importlib.metadata import version

from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.decoding import decode
from archive.extraction.limits import Confinement
from archive.extraction.reasons import NoText
from archive.model.objects import CanonicalText, Extraction

_HEADING = re.compile(r"\s*#[ \t]+(\S[^\n]*?)[ \t#]*(?:\n|\Z)")  # CommonMark 0.31, 4.2
_DOS_END = "\x1a"  # the end of file of CP/M and MS-DOS, which editors wrote into texts
_ZERO = "\0"


class TextReader:
    """Reads `text/plain`; a Markdown heading on the first line is its title."""

    name = f"text/1 (charset-normalizer {version('charset-normalizer')})"
    media_types = ("text/plain",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the text and the encoding that it was in."""
        decoded = decode(data)
        if decoded is None or _ZERO in decoded.text:
            reason = NoText.NOT_TEXT if data else NoText.EMPTY
            return Extraction(None, reason=reason.value)
        text = neutralise(join_line_ends(decoded.text.removesuffix(_DOS_END)))
        if is_blank(text):
            return Extraction(None, reason=NoText.EMPTY.value)
        heading = _HEADING.match(text)
        metadata = {"title": heading.group(1)} if heading else {}
        return Extraction(CanonicalText(text, self.name, encoding=decoded.encoding), metadata)
