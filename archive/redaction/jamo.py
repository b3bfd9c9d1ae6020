"""Korean names by the first consonants of their syllables, as in chats: `ㄱㅁㅊ`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from archive.naming import is_hangul, onset_of
from archive.redaction.persons import names_of

_FEWEST = 3  # syllables; of two there are as many chats' abbreviations as names
_RUN = re.compile(
    r"(?<![\u3131-\u3163])[\u3131-\u314e](?:[ .\u00b7]?[\u3131-\u314e]){2,4}(?![\u3131-\u3163])"
)
_LETTER = re.compile("[\u3131-\u314e]")


class JamoNames:
    """The Korean names among forms, by their initial consonants."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._names: dict[str, set[int]] = defaultdict(set)
        for number, form in enumerate(forms):
            for name in names_of(form):
                for written in name.written if name.surnames else ():
                    if len(written) >= _FEWEST and is_hangul(written):
                        self._names["".join(map(onset_of, written))].add(number)

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and form of what may be a name, offsets in code points of `text`."""
        for found in _RUN.finditer(text) if self._names else ():
            for number in self._names.get("".join(_LETTER.findall(found[0])), ()):
                yield found.start(), found.end(), number
