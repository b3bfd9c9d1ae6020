"""Registered names in Latin letters where a Japanese text writes them in kana: `モリ アユミ`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from archive.naming import japanese_reading, kana_reading, plain
from archive.redaction.persons import words_of

_FEWEST = 6  # letters of a whole name, of fewer, chance has too many
_KATAKANA = r"\u30a1-\u30fa\u30fc\uff66-\uff9f"
_RUN = re.compile(rf"[{_KATAKANA}]+(?:[ \u3000\u30fb\uff65=][{_KATAKANA}]+)?")
_SOFT_RUN = re.compile(r"[\u3041-\u3096\u30fc]+(?:[ \u3000\u30fb][\u3041-\u3096\u30fc]+)?")
_POLITE = re.compile("(?:さん|さま|くん|ちゃん|し)?(?:は|が|を|に|の|と|も|へ|から|より|です)?$")
_BETWEEN = re.compile("[ \u3000\u30fb\uff65=]")


class KanaNames:
    """The names among forms that are made of Japanese syllables, by their readings."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._names: dict[str, set[int]] = defaultdict(set)
        for number, form in enumerate(forms):
            words = [japanese_reading(plain(word)) for word in words_of(form)]
            if len(words) == 2 and all(words) and len("".join(words)) >= _FEWEST:
                for turn in (words, words[::-1]):
                    self._names["".join(turn)].add(number)

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and form of what may be a name, offsets in code points of `text`."""
        if not self._names:
            return
        for found in (*_RUN.finditer(text), *_SOFT_RUN.finditer(text)):
            said = found[0]
            for end in dict.fromkeys((len(said), *(m.start() for m in _POLITE.finditer(said)))):
                read = kana_reading(_BETWEEN.sub("", said[:end]))
                for number in self._names.get(read, ()):
                    yield found.start(), found.start() + end, number
