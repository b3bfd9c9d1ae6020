"""To whom a letter is and from whom: names behind a salutation and below the last words."""

from __future__ import annotations

_NAME = r"[^\W\d_][^,:;!?\n<>()]{1,40}"
_GREETING = (
    r"(?:my\s)?(?:dear(?:est)?|beloved)|hi|hello|hey|good\s(?:morning|day|evening|afternoon)"
    r"|salaam|salam|chère?|bonjour"
    r"|liebe[rs]?|hallo|estimad[oa]|querid[oa]|caro|cara"
)
_ANYBODY = (
    "sirs?|madam|all|everyone|everybody|both|friends?|colleagues?|team|there|editors?|mister|again"
)
_KIN = (
    "son|daughter|brother|sister|mother|father|friend|nephew|niece|cousin|uncle|aunt|wife|husband"
    "|servant|pupil|student"
)
_FAREWELL = (
    r"yours|regards|sincerely|faithfully|respectfully|love|cheers|wishes|respects?|thanks|hugs"
    r"|kisses|cordialement"
    rf"|grüßen?|saludos|your\s(?:[a-z]+\s){{0,3}}(?:{_KIN})"
)
CORRESPONDENTS = (
    (
        rf"(?m:^)[> \t]{{0,8}}(?i:{_GREETING})\s(?!(?i:(?:mrs?|ms|dr|{_ANYBODY})\b))"
        rf"(?P<name>{_NAME})(?=[,:!\n])"
    ),
    (
        rf"(?m:^)[^\n]{{0,50}}(?<!\w)(?i:{_FAREWELL})(?!\w)[^\n]{{0,30}}\n{{1,4}}"
        rf"(?P<name>{_NAME})(?m:$)"
    ),
    rf"(?m:^)[-–—]{{1,2}} ?(?P<name>{_NAME})(?m:$)(?=\n\n|\n?\Z)",
)
"""Expressions of the first and the last line of a letter; group `name` is the name."""
