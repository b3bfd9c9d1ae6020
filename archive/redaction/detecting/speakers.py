"""Who speaks in a chat: names at the head of the lines of an exported conversation.

WhatsApp writes `[day, time] Name: words` or `day, time - Name: words`, KakaoTalk `[Name] [time]` or
`day time, Name : words`, Telegram `Name, [day time]`, Signal and IRC `<Name>`.
"""

from __future__ import annotations

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
