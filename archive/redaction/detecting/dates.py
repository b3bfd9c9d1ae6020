"""Dates, ages and lengths of time, written in English, French or Korean."""

from __future__ import annotations

_MONTH = (
    r"(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?"
    r"|[Aa]ug(?:ust)?|[Ss]ept?(?:ember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER"
    r"|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre"
    r"|novembre|d[ée]cembre)"
)
_NAMED = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
_DAY = r"(?:[0-3]?[0-9](?:st|nd|rd|th|er)?)"
_YEAR = r"(?:1[0-9]|20)[0-9]{2}"
_LAW = r"(?:Acts?|Code|Constitution|Convention|Directive|Regulations?|Treaty)"
OF_NO_LAW = (
    r"(?<!\bAct[\s\u00a0])(?<!\bLaw[\s\u00a0])(?<!\bLaw no\. )(?<!\bLaw No\. )"
    rf"(?![0-9]+[\s\u00a0](?:[A-Z][\w’'-]{{1,30}}[\s\u00a0]){{0,4}}{_LAW}\b)"
)
"""Where no year or number of a law stands."""

_SHORT_YEAR = r"(?:[-–/][0-9]{2,4})?"
_GAP = r"[\s\u00a0]{1,3}"
_AND = rf"(?:(?:{_GAP}(?:and|to|or|until|et|au){_GAP}|\s?[-–—,/]\s?){_DAY}){{0,4}}"
_SMALL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
NUMBER_WORDS = rf"(?:(?:{_TENS})(?:[- ](?:{_SMALL}))?|{_SMALL}|(?:a\s)?hundred|several|half\sa)"
"""English numbers below a hundred, in words."""

_COUNT = rf"(?:[0-9]{{1,4}}(?:[.,][0-9]{{1,3}})?|{NUMBER_WORDS})"
_UNIT = r"(?:second|minute|hour|day|night|week|month|semester|year|decade|centur(?:y|ie))s?"
_KOREAN_COUNT = (
    "(?:[0-9]{1,4}|(?:한|두|세|네|석|넉|서너|너댓|대여섯|다섯|여섯|일곱|여덟|아홉|열(?:한|두|세|네)?|스무|스물|서른|마흔|쉰|예순|일흔|여든|아흔)"
    "(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)?)"
)
DATES = (
    rf"(?<![\w.])(?:the\s)?{_DAY}{_AND}{_GAP}(?:of{_GAP})?{_MONTH}\.?(?:,?{_GAP}{_YEAR})?(?!\w)",
    rf"(?<!\w){_MONTH}\.?{_GAP}{_DAY}{_AND}(?:,?{_GAP}{_YEAR})?(?![\w/])",
    rf"(?<!\w){_MONTH}\.?,?{_GAP}(?:of{_GAP})?{_YEAR}(?!\w)",
    rf"(?<!\w)(?:{_NAMED})(?!\w)",
    r"(?<![\w/.\-])[0-9]{4}[-./][01]?[0-9][-./][0-3]?[0-9](?![\w/])",
    r"(?<![\w/.\-])[0-3]?[0-9]([-./])[01]?[0-9]\1(?:[0-9]{2}){1,2}(?![\w/])",
    (
        rf"(?<![\w/.,§$€£\-–]){OF_NO_LAW}(?:(?:early|mid|late)[-\s])?{_YEAR}(?:s|{_SHORT_YEAR})"
        r"(?![\w%/]|[.,][0-9])"
    ),
    rf"(?<![\w/.,]){_YEAR}[-–/](?:[0-9]{{4}}|[0-9]{{2}})(?![\w/]|[.,][0-9])",
    r"(?<![\w:.])[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?(?:\s?[ap]\.?m\b\.?)(?![\w:])",
    r"(?<![\w:.])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![\w:])",
    r"(?<![\w:.])[01]?[0-9]\s?(?:[ap]\.m\.|[ap]m\b|o['’]clock|noon)",
    (
        r"(?<![0-9])(?:[12][0-9]{3}|[0-9]{2})\s?년(?:\s?[01]?[0-9]\s?월)?(?:\s?[0-3]?[0-9]\s?일)?"
        r"(?:\s?(?:봄|여름|가을|겨울|하순|중순|상순|(?:초반?|중반|말)(?![가-힣]{2})))?"
    ),
    r"(?<![0-9])[01]?[0-9]\s?월(?:\s?[0-3]?[0-9]\s?일)?",
    r"(?<!\w)(?:주체|단기)\s?[0-9]{2,4}(?:\s?\([0-9]{4}\))?\s?년?",
    r"(?<![0-9])(?:오전|오후|새벽|밤)\s?[0-9]{1,2}\s?시(?:\s?[0-9]{1,2}\s?분)?",
)
"""Expressions of days, months, years and times of day."""

AGES = (
    rf"(?<!\w)(?i:aged?|at\s(?:the\sage|age)\sof|(?:the\s)?age\sof)\s(?:about\s)?{_COUNT}(?!\w)",
    rf"(?<!\w){_COUNT}[-\s](?:year|month|week|day)s?[-\s]olds?(?!\w)",
    rf"(?<!\w){_COUNT}\s(?:month|week)s\spregnant(?!\w)",
    (
        rf"(?<!\w)(?:am|is|was|were|are|turned|turning)\s(?:only\s|just\s|about\s|barely\s|not\syet\s|then\s)?"
        rf"(?P<name>(?:[1-9][0-9]|{NUMBER_WORDS}))(?=\s(?:when|then|at\sthe\stime|and\s(?:single|married|lives?))|[.,;]\s(?:when|and))"
    ),
    rf"(?<!\w)of\s(?:about|around|some|perhaps)\s(?P<name>(?:{_TENS})(?:-(?:{_SMALL}))?)(?=[,.;])",
    (
        r"(?<!\w)(?:in\s)?(?:his|her|their|my)\s(?:(?:early|mid|late)[-\s])?"
        r"(?:teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties"
        r"|[1-9]0s)(?!\w)"
    ),
    rf"(?<![0-9가-힣]){_KOREAN_COUNT}\s?(?:세|살|대)(?=[\s,.)의이가은는에였인]|$)",
    r"(?<!\w)(?i:âgée?s?\sde)\s[0-9]{1,3}\sans(?!\w)|(?<!\w)[0-9]{1,3}\sans(?!\w)",
)
"""Expressions of how old somebody is."""

_NO_LIMIT = (
    r"(?<!\b[Ww]ithin[\s\u00a0])(?<!\b[Ww]ithin the )(?<!\b[Ww]ithin a )(?<!\b[Ee]very[\s\u00a0])"
)
SPANS = (
    (
        rf"(?<![\w.]){_NO_LIMIT}(?i:(?:about|around|over|almost|nearly|approximately)\s)?"
        rf"(?i:{_COUNT})(?:[-\s]and[-\s]a[-\s]half)?[-\s\u00a0]{_UNIT}(?!\w)"
        r"(?!['’]?\s(?:time-limit|deadline|limitation|(?:period|term)\s(?:for|of|prescribed|laid|set)\b))"
    ),
    rf"(?<![0-9가-힣])(?:[0-9]{{1,3}}\s?(?:년|개월|주|일)\s?(?:간|동안)|[0-9]{{1,3}}\s?년\s[0-9]{{1,2}}\s?개월|{_KOREAN_COUNT}\s?달)",
)
"""Expressions of how long something took."""
