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
    "|(?i:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
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

_HUNDREDS = r"(?:hundred|thousand|million)"
LARGE_NUMBERS = (
    rf"(?:(?:{_TENS})(?:[- ](?:{_SMALL}))?|eleven|twelve|[a-z]{{3,5}}teen"
    rf"|(?:(?:{_SMALL}|{_TENS})[- ]|a\s)?{_HUNDREDS}(?:\s(?:and\s)?(?:(?:{_TENS})(?:[- ]"
    rf"(?:{_SMALL}))?|{_SMALL}))?"
    rf"(?:\s{_HUNDREDS})?)"
)
"""English numbers from eleven on, in words."""

_COUNT = rf"(?:[0-9]{{1,4}}(?:[.,][0-9]{{1,3}})?|{NUMBER_WORDS})"
_UNIT = (
    r"(?:second|minute|hour|day|night|week|month|semester|year|decade|centur(?:y|ie)|winter"
    r"|summer|harvest)s?"
)
_KOREAN_COUNT = (
    "(?:[0-9]{1,4}|(?:한|두|세|네|석|넉|서너|너댓|대여섯|다섯|여섯|일곱|여덟|아홉|열(?:한|두|세|네)?|스무|스물|서른|마흔|쉰|예순|일흔|여든|아흔)"
    "(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)?)"
)
_SEASON = "spring|summer|autumn|winter|fall"
_PART = "morning|afternoon|evening|night|noon|midnight"
_ORDER = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_BEAST = (
    "rat|mouse|ox|cow|tiger|rabbit|hare|dragon|snake|horse|sheep|goat|ram|monkey|rooster|cock|dog"
    "|pig|boar"
)
DATES = (
    (
        rf"(?<![\w.])(?i:(?:the\s)?(?:{_PART}|eve|end|beginning|middle|start|{_SEASON}|week|wk)\s"
        rf"(?:of\s)?)?(?:the\s)?{_DAY}{_AND}{_GAP}(?:of{_GAP})?{_MONTH}\.?(?:,?{_GAP}{_YEAR})?"
        rf"(?!\w)"
    ),
    rf"(?<!\w){_MONTH}\.?{_GAP}{_DAY}{_AND}(?:,?{_GAP}{_YEAR})?(?![\w/])",
    rf"(?<!\w){_MONTH}\.?,?{_GAP}(?:of{_GAP})?{_YEAR}(?!\w)",
    rf"(?<!\w)(?:{_NAMED})(?:,?\s(?:{_PART})s?)?(?!\w)",
    rf"(?<!\w)(?:[Ee]arly|[Mm]id|[Ll]ate)[- ](?:{_MONTH}|{_SEASON}|(?:1[0-9]|20)[0-9]{{2}})(?!\w)",
    (
        rf"(?<!\w)(?i:(?:the\s)?(?:early\s|late\s|last\s|next\s)?(?:{_SEASON})(?:\sof)?)\s"
        rf"(?:{_YEAR}|[’']?[0-9]{{2}})(?!\w)"
    ),
    (
        rf"(?<!\w)the\s(?:{_ORDER})\s(?:day|night|week|month)\sof\s(?:the\s)?"
        rf"(?:[^\W\d_a-z][\w’'-]{{1,20}}\s?){{1,4}}"
    ),
    rf"(?<!\w)(?:in\s)?the\syear\sof\sthe\s(?i:{_BEAST})(?!\w)",
    (
        rf"(?<!\w)(?i:(?:eighteen|nineteen|twenty)[- ](?:hundred|(?:oh[- ]|(?:{_TENS})[- ]?)?"
        rf"(?:{_SMALL})|{_TENS}))(?=\W)(?!\s[a-z]+s\b)"
    ),
    (
        r"(?<![\w.])[0-3]?[0-9][-./ ](?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})[-./ ](?:1[0-9]|20)?[0-9]{2}"
        r"(?!\w)"
    ),
    r"(?<![\w/.\-])[01]?[0-9]([-./])[0-3]?[0-9]\1(?:[0-9]{2}){1,2}(?![\w/])",
    r"(?<![\w/.,])(?:0?[1-9]|1[0-2])/(?:1[3-9]|2[0-9]|3[01])(?![\w/]|[.,][0-9])",
    r"(?<![\w/.\-])[0-9]{4}[-./][01]?[0-9][-./][0-3]?[0-9](?![\w/])",
    r"(?<![\w/.\-])[0-3]?[0-9]([-./])[01]?[0-9]\1(?:[0-9]{2}){1,2}(?![\w/])",
    (
        rf"(?<![\w/.,§$€£\-–]){OF_NO_LAW}(?:(?:early|mid|late)[-\s])?{_YEAR}(?:s|{_SHORT_YEAR})"
        r"(?![\w%/]|[.,][0-9])"
    ),
    rf"(?<![\w/.,]){_YEAR}[-–/](?:[0-9]{{4}}|[0-9]{{2}})(?![\w/]|[.,][0-9])",
    (
        r"(?<![\w:.])[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?(?:\s?(?i:[ap]\.?m\b\.?|h"
        r"(?:ou)?rs?))(?![\w:])"
    ),
    r"(?<![\w:.])[0-2][0-9][0-5][0-9]\s?(?i:hrs?|hours)(?!\w)",
    r"(?<![\w:.])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![\w:])",
    r"(?<![\w:.])[01]?[0-9]\s?(?i:[ap]\.m\.|[ap]m\b|o['’]clock|noon)",
    (
        r"(?<![0-9])(?:[12][0-9]{3}|[0-9]{2})\s?년(?:\s?[01]?[0-9]\s?월)?(?:\s?[0-3]?[0-9]\s?일)?"
        r"(?:\s?(?:봄|여름|가을|겨울|하순|중순|상순|(?:초반?|중반|말)(?![가-힣]{2})))?"
    ),
    r"(?<![\w.])(?:19|20)[0-9]{2}\. ?[01]?[0-9]\.(?: ?[0-3]?[0-9]\.)?(?![0-9])",
    r"(?<![0-9])[01]?[0-9]\s?월(?:\s?[0-3]?[0-9]\s?일)?",
    r"(?<!\w)(?:주체|단기)\s?[0-9]{2,4}(?:\s?\([0-9]{4}\))?\s?년?",
    r"(?<![0-9])(?:오전|오후|새벽|밤)\s?[0-9]{1,2}\s?시(?:\s?[0-9]{1,2}\s?분)?",
)
"""Expressions of days, months, years and times of day."""

_WHOSE = (
    r"(?<!\w)(?:[Hh]e|[Ss]he|I|[Ww]ho)(?:\s(?:is|was|am)|['’]s|['’]m)\s(?:only\s|just\s|about\s"
    r"|barely\s|then\s)?"
)
_AGE = rf"(?:[1-9][0-9]|{NUMBER_WORDS})"
AGES = (
    rf"{_WHOSE}(?P<name>{_AGE})(?=[,.;!?)\n]|$)",
    rf"(?<!\w)[^\W\d_a-z][\w’'-]{{1,30}},\s(?P<name>{_AGE})(?=[,.;)])",
    r"(?<![\w.,])[1-9]?[0-9]\s?(?i:y/?o|yrs?(?:\sold)?|years?\sold)(?!\w)",
    r"(?<![\w.,])(?:early|mid|late)[- ][1-9]0['’]?s(?!\w)",
    (
        r"(?<=\()(?:(?:[mfMF]|male|female)[,/ ]{1,2}(?:aged?\s)?[1-9][0-9]\+?)(?=[),; ])|"
        r"(?<![\w.,])[1-9]0\+(?!\w)"
    ),
    rf"(?<!\w)(?i:aged?|at\s(?:the\sage|age)\sof|(?:the\s)?age\sof)\s(?:about\s)?{_COUNT}(?!\w)",
    rf"(?<!\w)[Aa]t\s(?:only\s|just\s|barely\s)?(?P<name>{_AGE})(?=,?\s(?:I|he|she|they)\s[a-z])",
    rf"(?<!\w){_COUNT}[-\s](?:year|month|week|day)s?[-\s]olds?(?!\w)",
    rf"(?<!\w){_COUNT}\s(?:month|week)s\spregnant(?!\w)",
    (
        rf"(?<!\w)(?:am|is|was|were|are|turned|turning)\s(?:only\s|just\s|about\s|barely\s"
        rf"|not\syet\s|then\s)?"
        rf"(?P<name>(?:[1-9][0-9]|{NUMBER_WORDS}))(?=\s(?:when|then|at\sthe\stime|and\s(?:single"
        rf"|married|lives?))|[.,;]\s(?:when|and))"
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
_FRENCH = (
    "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante"
    "|cinquante|soixante|cent"
)
SPANS = (
    rf"(?<!\w)(?:{_FRENCH}|[0-9]{{1,3}})\s(?:ans|années|mois|jours|semaines|heures)(?!\w)",
    (
        rf"(?<![\w.]){_NO_LIMIT}(?i:(?:about|around|over|almost|nearly|approximately)\s)?"
        rf"(?i:{_COUNT})(?:[-\s]and[-\s]a[-\s]half)?[-\s\u00a0]{_UNIT}(?!\w)"
        r"(?!['’]?\s(?:time-limit|deadline|limitation|(?:period|term)\s(?:for|of|prescribed|laid"
        r"|set)\b))"
    ),
    (
        rf"(?<![0-9가-힣])(?:[0-9]{{1,3}}\s?(?:년|개월|주|일)\s?(?:간|동안)"
        rf"|[0-9]{{1,3}}\s?년\s[0-9]{{1,2}}\s?개월|{_KOREAN_COUNT}\s?달)"
    ),
)
"""Expressions of how long something took."""
