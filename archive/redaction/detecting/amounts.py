"""Amounts by which a person may be known: money, measures, shares, ranks."""

from __future__ import annotations

from archive.redaction.detecting.dates import LARGE_NUMBERS, NUMBER_WORDS, OF_NO_LAW

_NUMBER = r"[0-9]{1,3}(?:[,.\s\u00a0][0-9]{3})*(?:[.,][0-9]{1,3})?|[0-9]+(?:[.,][0-9]+)?"
_LARGE = r"(?:\s(?:thousand|million|billion|trillion|lakhs?|crores?))?"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{2,3})+(?:\.[0-9]{2})?"
_PAID = r"(?:/[-=])?"  # the stroke for no smaller coins
_LOCAL = r"R[Ss]|[KTU]?(?:[Ss]hs?|SHS?)|Php|Rp|RM|Br|Le|Bs|Kz|MK|Nu|Rf|Tk|VT"
_BEFORE_SUM = rf"(?:[A-Z]{{1,3}}[$¢₵]|(?:{_LOCAL})\.?)\s?"
_SIGN = r"[$€£¥₩₽₺₴]"
_CODE = (
    "USD|EUR|GBP|CHF|JPY|CNY|RMB|KRW|KPW|RUB|UAH|TRL|TRY|PLN|PLZ|CZK|SEK|NOK|DKK|ISK"
    "|HUF|RON|ROL|BGN|BGL"
    "|DEM|FRF|ITL|ESP|ATS|FIM|GRD|CYP|AZN|AMD|GEL|MDL|RSD|HRK|BAM|ALL|INR|BRL|CAD|AUD"
    "|ZAR|SKK|LTL|LVL|EEK|SIT"
)
_NAME = (
    r"(?:[Ee]uros?|[Dd]ollars?|[Pp]ounds?|[Ff]rancs?|[Mm]arks?|[Rr]oubles?|[Rr]ubles?"
    r"|[Ll]iras?|[Ll]ire"
    r"|[Kk]or[uo]n(?:a|as|y)|[Kk]ron(?:a|or|er|e)|[Zz][lł]ot(?:y|ys|ych)|[Ff]orints?|[Ll]eva?"
    r"|[Ll]ei"
    r"|[Hh]ryvnias?|[Yy]uan|[Yy]en|[Ww]on"
    r"|[Ss]oms?|[Tt]enge|[Nn]aira|[Rr]and|[Rr]iyals?|[Rr]ials?|[Dd]irhams?|[Ss]hekels?|[Bb]aht"
    r"|[Dd]ong|[Kk]ip|[Kk]yats?"
    r"|[Tt]aka|[Ll]ari|[Dd]rams?|[Mm]anat|[Bb]irr|[Cc]edis?|[Ss]oles|[Rr]eais|[Bb]ol[ií]vares"
    r"|[Aa]fghanis?|[Kk]wacha|[Pp]ula"
    r"|[Pp]esos?|[Rr]upees?|[Ss]chillings?|[Mm]arkkas?|[Dd]inars?|[Cc]rowns?|cents?|pence)"
)
_NATION = r"(?:[A-Z][a-z]+\s)?"
_MEASURE = (
    r"(?:%|per\scent|percent|km²?|kg|m²|cm|mm|ft|lbs?|hectares?|ha|acres?|sq\.?\s?m"
    r"|square\s(?:met(?:re|er)s?"
    r"|kilomet(?:re|er)s?|feet|miles)|kilomet(?:re|er)s?|met(?:re|er)s?|centimet(?:re"
    r"|er)s?|miles?|yards?|feet"
    r"|inch(?:es)?|lit(?:re|er)s?|tons?|tonnes?|kilos?|(?:kilo|milli|micro)?grams?|pounds|stone|m"
    r"|g)"
)
_LONG_MEASURE = (
    r"(?:per\scent|percent|hectares?|acres?|(?:square\s)?(?:kilo|centi)?met(?:re|er)s?|miles?"
    r"|yards?|feet|inches"
    r"|lit(?:re|er)s?|tons?|tonnes?|kilos?|(?:kilo|milli|micro)?grams?|pounds)"
)
_HEADS = (
    r"(?:inhabitants|residents|families|households|prisoners|detainees|soldiers|employees|workers"
    r"|pupils|patients"
    r"|boxes|cattle|cows|sheep|goats|horses)"
)
_CROWD = (
    r"(?:people|persons|men|women|children|grandchildren|passengers|villagers|refugees|students"
    r"|hostages|bodies|boys"
    r"|girls|graves|survivors|victims|guards|miners|members|trucks|houses|huts|cases|copies)"
)
_COUNTER = "명|자매|남매|형제|권|상자|마리|채|장|그루|켤레|리터|정보|톤|인분|가구|세대"
_UNITS = "두|세|네|다섯|여섯|일곱|여덟|아홉"
_NATIVE = f"(?:(?:열|스물|서른|마흔|쉰|예순|일흔|여든|아흔)(?:한|{_UNITS})?|스무|{_UNITS})"
AMOUNTS = (
    (
        rf"(?:(?<!\w)(?:(?:{_CODE})\s?)|{_SIGN}\s?)(?:{_NUMBER})(?:\s?[–-]"
        rf"\s?(?:{_NUMBER}))?{_LARGE}(?!\w)"
    ),
    rf"(?<![\w.]){_BEFORE_SUM}(?:{_GROUPED}|{_NUMBER}){_PAID}{_LARGE}(?!\w)",
    (
        rf"(?<!\w)[A-Z]{{1,2}}(?:{_GROUPED}{_PAID}{_LARGE}"
        r"|[0-9]+(?:\.[0-9]+)?\s(?:million|billion))(?!\w)"
    ),
    r"(?<![\w.,])[0-9]{1,3}(?:,[0-9]{2,3})*(?:/[-=](?!\w)|\s(?:lakhs?|crores?)(?!\w))",
    (
        rf"(?<![\w.,])(?:{_NUMBER}){_LARGE}[\s\u00a0](?:(?:{_CODE})(?!\w)|{_NATION}{_NAME}(?!\w))"
        rf"(?:\s\((?:{_CODE})\))?"
    ),
    (
        rf"(?<![\w.,])(?:{_NUMBER})[\s\u00a0]?-?{_MEASURE}(?!\w)(?:\s?[0-9]{{1,2}}"
        rf"(?:\sin)?(?![\w.,]))?"
    ),
    (rf"(?<!\w)(?i:{NUMBER_WORDS})[\s-]{_LONG_MEASURE}(?!\w)"),
    rf"(?<![\w.,])(?:{_NUMBER})\s(?:million|billion)(?!\w)",
    (
        rf"(?<![\w.,])(?:(?:about|some|over|nearly)\s)?(?:{_NUMBER}|"
        rf"(?i:{NUMBER_WORDS}))\s{_HEADS}(?!\w)"
    ),
    rf"(?<!\w)(?i:{LARGE_NUMBERS}|{NUMBER_WORDS})\s{_NATION}{_NAME}(?!\w)",
    (
        rf"(?<!\w)(?i:{LARGE_NUMBERS})\s(?:[a-z]{{3,14}}\s)?(?:[a-z]{{2,14}}s|men|women|people"
        rf"|children|grandchildren)(?!\w)"
    ),
    rf"(?<![\w.,])[1-9](?:[0-9]{{1,3}}|[0-9]{{0,2}}(?:,[0-9]{{3}})+)\s{_CROWD}(?!\w)",
    rf"(?<![가-힣0-9])(?:[0-9]{{1,6}}|{_NATIVE})\s?(?:여\s?)?(?:{_COUNTER})(?![가-힣]{{3}})",
    r"(?<![0-9])[0-9][0-9,]*\s?(?:만|억|천)?\s?(?:원|달러|위안|엔|유로|킬로|㎏|㎞|평|미터)(?![가-힣]{2})",
)
"""Expressions of money and measures."""

_LEGAL = (
    r"(?i:articles?|arts?\.|rules?|sections?|§+|paragraphs?|para\.|protocol|chapters?"
    r"|part|law|act|no\.|nos\.|directive"
    r"|regulation|resolution|clauses?|decree|schedule|item|page|p\.|pp\.|volume|vol\."
    r"|line|figure|table)"
)
_PART = (
    r"(?:[A-Z]{1,2}\.?\s?)?[0-9]+(?:[-‑–/.][0-9]+)*[a-z]?"
    r"(?:\s?\([0-9a-zA-Z]{1,4}\))*(?:\s§+\s?[0-9]+)?"
)
_CITED = (
    rf"(?<!\w){_LEGAL}(?:\s(?:no\.|nos\.))?\s?{_PART}"
    rf"(?:(?:,\s|,?\sand\s|\sor\s|\sto\s|\sin\sconjunction\swith\s){_PART})*"
)
_SEAT = r"(?:[Cc]hamber|[Ss]ection|[Dd]ivision|[Ss]enate|[Pp]anel|[Ii]nstance|[Cc]entury)"
RANKS = (
    rf"(?<![\w.,])[0-9]{{1,3}}(?:st|nd|rd|th)(?!\w)(?!\s(?:[A-Z][a-z]+\s)?{_SEAT}\b)",
    (
        rf"{_CITED}|(?<![\w.,/§–-]){OF_NO_LAW}(?P<name>[0-9]{{2,3}}|[0-9]{{1,3}}(?:,[0-9]{{3}})+"
        rf"|[0-9]{{4,8}})(?![\w%/]|[.,–-][0-9])"
    ),
    r"(?<!\w)life\s(?:imprisonment|sentence)(?!\w)",
)
"""Bare numbers of some size, and places in an order."""
