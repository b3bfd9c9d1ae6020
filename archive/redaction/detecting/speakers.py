"""Who speaks in a chat: names at the head of the lines of an exported conversation.

WhatsApp writes `[day, time] Name: words` or `day, time - Name: words`, KakaoTalk `[Name] [time]` or
`day time, Name : words`, Telegram `Name, [day time]`, Signal and IRC `<Name>`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archive.model.redaction import Reason, Redaction
from archive.redaction.detecting.english import is_english_word
from archive.redaction.detecting.lexicon import WORD
from archive.redaction.detecting.pattern import proposal

_CONFIDENCE = 70  # percent

_TIME = r"(?:(?:오전|오후)\s?)?[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?(?:\s?[AaPp]\.?[Mm]\.?)?"
_DAY = r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{2,4}"
_DAY_KO = r"[0-9]{4}년\s[0-9]{1,2}월\s[0-9]{1,2}일"
_WHEN = rf"\[?(?:(?:{_DAY}|{_DAY_KO}),?\s)?{_TIME}\]?"
_WHO = r"(?P<name>[^\W\d_][^:<>\[\]|\n]{0,40}?)"
_LINE = r"(?m:^)\u200e?"
SPEAKERS = (
    rf"{_LINE}{_WHEN}(?:\s[-–]\s|,?\s){_WHO}\s?:(?=\s)",
    rf"{_LINE}{_WHEN}\s<[@+ ]?(?P<name>[^<>\n]{{1,30}})>",
    rf"{_LINE}\[(?P<name>[^\W\d_][^\[\]\n]{{0,30}})\]\s\[{_TIME}\]",
    rf"{_LINE}{_WHO},\s\[(?:{_DAY}\s)?{_TIME}\]",
)
"""Expressions of lines of a conversation; group `name` is the speaker."""

_TURN = re.compile(
    r"^[ \t>]{0,8}(?P<name>[^\W\d_][\w.'’\- ]{0,30}?)(?: ?\((?P<inner>[^()\n:]{2,30})\))? ?:(?=\s)",
    re.MULTILINE,
)
_TWICE = 2


class TurnDetector:
    """Finds who speaks in a transcript: what stands before a colon at the head of several lines.

    A name in brackets behind the speaker is one if the text has it once.
    """

    name = "turn"

    def find(self, text: str) -> Iterator[Redaction]:
        """Yield a proposal for each head of a line that is not made of everyday words."""
        turns = list(_TURN.finditer(text))
        often = Counter(turn["name"] for turn in turns)
        for turn in turns:
            if often[turn["name"]] >= _TWICE and _names(turn["name"]):
                yield self._of(turn.span("name"))
            if turn["inner"] and turn["inner"][0].isupper() and _names(turn["inner"]):
                yield self._of(turn.span("inner"))

    def _of(self, span: tuple[int, int]) -> Redaction:
        return proposal(*span, Reason.THIRD_PARTY, self.name, _CONFIDENCE)


def _names(label: str) -> bool:
    return not all(map(is_english_word, WORD.findall(label)))
