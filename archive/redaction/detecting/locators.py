"""Patterns of what leads to a person or a place: web addresses, accounts, coordinates, titles."""

from __future__ import annotations

import re

from archive.redaction.detecting.pattern import Pattern

_URL = r"(?<![\w@.])(?:(?:https?|ftp|tg|signal)://|www\.)[^\s<>\"'()\[\]{}]{3,200}"
_ONION = r"(?<![\w.])[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion\b"
_HANDLE = r"(?<![\w@./])@[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{1,30}[A-Za-z0-9_])(?![\w@])"
_BITCOIN = (
    r"(?<![0-9A-Za-z])(?:bc1[02-9ac-hj-np-z]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34})(?![0-9A-Za-z])"
)
_ETHEREUM = r"(?<![0-9A-Za-z])0x[0-9A-Fa-f]{40}(?![0-9A-Za-z])"
_DECIMAL = (
    r"(?<![\d.])[+\-]?\d{1,2}\.\d{3,8}(?:\s?°)?(?:\s?[NS]\b)?\s?[,;/ ]\s?"
    r"[+\-]?1?\d{1,2}\.\d{3,8}(?:\s?°)?(?:\s?[EW]\b)?(?![\d.])"
)
_SECONDS = r"(?:\d{1,2}(?:\.\d{1,4})?\s?[\"″”]\s?)?"
_SEXAGESIMAL = rf"(?<!\d)\d{{1,3}}\s?°\s?\d{{1,2}}\s?['′’]\s?{_SECONDS}[NSEW](?![A-Za-z])"
_PLATE_KR = r"(?<![0-9가-힣])(?:[가-힣]{2}\s?)?[0-9]{2,3}\s?[가-힣]\s?[0-9]{4}(?![0-9])"
_CASE = (
    (
        r"(?<![\w/])(?:(?:case|application|file|docket|no)"
        r"\.?\s(?:nos?\.?\s)?)?\d{3,6}/\d{2,4}(?![\d/])"
    ),
    r"(?<![\w/])\d{1,3}\s[A-Z][A-Za-z]{0,3}\s\d{1,6}/(?:19|20)?\d{2}(?:\.[A-Z]{1,3})?(?![\w/])",
    r"(?<![0-9])(?:19|20)\d{2}[가-힣]{1,3}\d{2,7}(?![0-9])",
)
_B58 = "[1-9A-HJ-NP-Za-km-z]"
_COINS = (  # Litecoin, Monero, Tron
    r"(?<![0-9A-Za-z])ltc1[02-9ac-hj-np-z]{25,60}(?![0-9A-Za-z])",
    rf"(?<![0-9A-Za-z])[48][0-9AB]{_B58}{{93}}(?![0-9A-Za-z])",
    rf"(?<![0-9A-Za-z])T{_B58}{{33}}(?![0-9A-Za-z])",
)
_PLATE = (
    r"(?i:(?:number|licen[cs]e|registration)\s(?:plate|number)s?|plates?)"
    r"(?:\s(?:was|is|no\.?|number))?[:\s]{1,2}[\"“]?(?P<name>[A-Z0-9]{1,4}"
    r"(?:[ \-·]?[A-Z0-9]{1,5}){1,3})"
    r"(?![A-Za-z])"
)
_UNDERSCORED = r"(?<![\w@./\-])(?=\w{4,40}(?!\w|\.\w))[a-z][a-z0-9]*_\w*[0-9]\w*"
_LOGIN = (
    r"(?i:\b(?:handle|user\s?name|screen\s?name|login|nick|telegram|signal|wechat|skype|line\sid"
    r"|kakao(?:talk)?)"
    r"(?:\s(?:is|was|id|name|as))?[\s:,]{1,2}[\"“]?)(?P<name>"
    r"(?=[\w.\-]*[_.\d\-])[A-Za-z][\w.\-]{2,30}\w)"
)
_NUMBERED = (
    "case|file|application|docket|reference|ref|register|registration|registry|licen[cs]e|passport|permit|policy"
    "|account|invoice|contract|membership|pension|insurance|personnel|employee|staff|badge|service|serial"
    "|prisoner|inmate|patient|certificate|deed|ticket|visa|student|identity|id|tax|customer|chassis|parcel|plot"
)
_OF_LAW = "".join(
    rf"(?<!\b[{word[0]}{word[0].lower()}]{word[1:]} )"
    for word in ("Act", "Law", "Decree", "Directive", "Regulation", "Order")
)
_PROCEEDINGS = (
    "case|claim|suit|cause|action|appeal|petition|application|reference|revision|matter|motion|writ|complaint"
    "|charge|indictment|inquest|inquiry|summons|probate|estate|arbitration|bankruptcy|insolvency"
)
_ENACTED = "".join(
    rf"(?<!\b(?i:{word}) )(?<!\b(?i:{word}), )"
    for word in (
        "Ordinance",
        "Statute",
        "Instrument",
        "Proclamation",
        "Notice",
        "Code",
        "Bill",
        "Act",
    )
)
_YEARED = (
    rf"{_OF_LAW}{_ENACTED}\b(?i:(?:{_PROCEEDINGS})s?\s(?:\([A-Z.]{{1,6}}\)\s)?(?:(?:numbers?|nos?\.?)\s?)?"
    r"|(?:numbers?|nos?\.?)\s)(?P<name>[A-Z]?[0-9]{1,6}(?:(?:,|\s?&|\sand)\s[0-9]{1,6}){0,9}"
    r"\s(?i:of)\s(?:18|19|20)[0-9]{2})(?![0-9])"
)
_PLOT = r"[0-9]{1,5}[A-Z]?(?:[./][0-9]{1,4}){0,3}(?![\w/\-]|[.,][0-9])"
_LAND = (
    rf"(?<!\w)(?i:plots?|parcels?|lots?|sheet/plan|sheets?(?=\s[0-9]+/[0-9])|folios?|berths?|graves?)\s"
    rf"(?i:(?:nos?\.?|numbers?)\s?)?{_PLOT}(?:(?:,\s|,?\sand\s){_PLOT}){{0,19}}"
)
_DIGITS = r"(?=(?:[./\- ]?[A-Z]){0,6}[./\- ]?[0-9])"
_LABELLED = (
    rf"{_OF_LAW}\b(?:(?i:{_NUMBERED})\s)?(?i:numbers?|nos?\.?|nrs?\.?|№|n°)(?:\s(?:is|was|are"
    rf"|then\swas|reads|ends\sin))?"
    rf"[\s:]{{0,2}}(?P<name>{_DIGITS}(?=(?:[./\-]?[A-Z0-9]){{5,24}}(?![A-Za-z0-9]))[A-Z0-9]+"
    rf"(?:[./\-][A-Z0-9]+)*)"
)
_CODE = r"(?<![\w/.\-])[A-Z]{1,5}[-/][0-9]{2,4}[-/][0-9]{3,8}(?![\w/\-])"
_UNIT = (
    r"(?<!\w)(?i:unit|detachment|battalion|regiment|brigade|squadron|camp|colony|barracks?|cell"
    r"|locker|ward|dormitory"
    r"|apartment|flat|bunk|room|suite|bed|branch|grouping|sector|zone|block|gallery|school"
    r"|hospital|factory|prison|bus"
    r"|stall|mine|shaft|pavilion|corridor|house|building|bldg|entrance|hut|tent|kilometre|km|mile"
    r"|checkpoint|post|lot)"
    r"\s(?i:no\.?\s?|number\s)?(?:[A-Z]-?)?[0-9]{1,5}[A-Za-z]?(?!\w|[.,][0-9])"
)
_UNIT_KO = (
    r"(?<![가-힣0-9])제?\s?[0-9]{2,5}\s?(?:호\s?)?"
    r"(?:군부대|부대|련대|연대|대대|여단|훈련소|관리소|교화소|호실)"
)
_PLATE_KP = r"(?<![가-힣])[가-힣]{2}\s?[0-9]{2}\s?[-–]\s?[0-9]{3,5}(?![0-9])"
_STREET = (
    r"(?<!\w)\d{1,4}(?:\s?(?:bis|ter|[a-d]))?,?\s(?i:rue|impasse|avenue|boulevard|place|all[ée]e"
    r"|chemin|quai"
    r"|passage|calle|via|viale|piazza)\s(?:(?:de|des|du|la|le|les|del|della)\s|d['’]|l['’]){0,2}"
    r"[^\W\d_a-z][\w'’\-]{1,30}(?:\s[^\W\d_a-z][\w'’\-]{1,30}){0,3}"
)
_ROAD = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Close|Terrace|Row|Way|Place|Pl|Square|Sq|Crescent|Gardens"
    "|Grove|Hill|Park|Boulevard|Blvd|Highway|Quay|Walk|Mews|Parade|Marg|Nagar|Colony|Estate"
)
_BIG = r"[^\W\d_a-z](?:\.|[\w'’\-]{0,30})"
_REST = (
    rf"(?:,\s(?:off|near|opposite|behind|beside|along)\s{_BIG}(?:\s{_BIG}){{0,3}}|"
    r",?\s(?:(?:Apt|Apartment|Flat|Unit|Room|Rm|Floor|Suite|#)\.?\s?[\w\-]{1,6}"
    r"|[A-Z]{1,2}\s?[0-9]{5}"
    rf"|[A-Z]{{1,2}}[0-9][0-9A-Z]?\s?[0-9][A-Z]{{2}})|,\s(?:[0-9]{{4,6}}\s)?{_BIG}"
    rf"(?:\s{_BIG}){{0,2}}){{0,5}}"
)
_HOUSE = (
    rf"(?<![\w.,])[0-9]{{1,5}}[A-Za-z]?(?:[/\-][0-9]{{1,4}})?,?\s(?:[NSEW]\.?\s)?"
    rf"(?:(?:{_BIG}|[0-9]{{1,3}}(?:st|nd|rd|th))\s){{1,4}}(?:{_ROAD})\b\.?"
    rf"(?:\s(?:East|West|North|South|[NS]\.?[EW]?\.?|[EW]\.?)(?!\w))?{_REST}"
)
_HOUSE_BEHIND = (
    rf"(?<!\w)(?:(?:ul|str|vul|bul)\.|(?:ulica|ulitsa|vulytsia|strada|calle|rua|via)\s)\s?{_BIG}"
    rf"(?:\s{_BIG}){{0,3}},?\s"
    rf"[0-9]{{1,4}}[A-Za-z]?(?:[,\s/]{{1,2}}(?:m\.|kv\.|apt\.?)?\s?[0-9]{{1,4}})?(?:,\s{_BIG})?"
    r"|(?<!\w)[^\W\d_a-z][a-zäöüß]{2,30}(?:weg|straße|strasse|str\.|gasse|platz"
    r"|allee)\s[0-9]{1,4}[a-z]?"
    rf"(?:,\s[0-9]{{4,5}}\s{_BIG})?"
)
_RESIDING = (
    r"(?i:\b(?:address(?:\s(?:is|was|of))?|resid(?:ing|es|ed|ent)\s(?:at|of)|liv(?:es|ed|ing)\sat"
    r"|home\sto|domiciled\sat"
    r"|demeurant(?:\sà)?)):?\s(?P<name>(?=[^.;\n()]{0,40}[0-9])[^;\n()]{5,90}?)(?=[;\n()]|\.(?:\s"
    r"|$)|,\s[a-z]|$)"
)
_GRID = r"(?<!\w)[0-9]{1,2}[C-X]\s[A-Z]{2}\s[0-9]{3,5}\s[0-9]{3,5}(?![0-9])"
URLS, ACCOUNTS = (
    (_URL, _ONION),
    (_HANDLE, _UNDERSCORED, _LOGIN, _BITCOIN, _ETHEREUM, *_COINS),
)
COORDINATES, NUMBERS = (
    (_DECIMAL, _SEXAGESIMAL, _GRID, _STREET, _HOUSE, _HOUSE_BEHIND, _RESIDING),
    (_PLATE_KR, _PLATE_KP, _PLATE, *_CASE, _YEARED, _LABELLED, _LAND, _CODE, _UNIT, _UNIT_KO),
)

_MARK = r"(?<![\w.,:/\-])[A-Za-z0-9]{1,12}(?:[\-:/_][A-Za-z0-9]{1,12}){0,6}(?![\w/]|[:.,\-][0-9])"
_NO_MARK = re.compile(
    r"[0-9]{1,4}(?:s|st|nd|rd|th|[ap]m|h|hrs?|HRS|AM|PM|[kK]?[mg]|KG|KM|yrs?|YRS)?|[A-Z][a-z]+"
    r"|[0-9]{4}[-/][IVX]+"
    r"|.*/(?:EE?C|EU|JHA)|(?:[A-Z]{3})[0-9]+|[0-9]+[-:/][0-9]+(?:[-:/][0-9]{1,4})?"
)
_FEWEST = 3  # digits of a mark


def is_mark(word: str) -> bool:
    """Return whether a word of letters and digits is how a register marks something."""
    digits = sum(map(str.isdigit, word))
    if digits < _FEWEST or _NO_MARK.fullmatch(word):
        return False
    return (
        word.upper() == word if digits == len(word) else any(map(str.isupper, word)) or "-" in word
    )


MARKS = (Pattern(re.compile(_MARK), is_mark),)
"""Patterns of words of letters and digits by which registers know cases, things and people."""

_WORD = r"(?:[^\W\d_a-z][\w'’\-]+|[^\W\d_a-z]\.)"
_NAME = rf"{_WORD}(?:\s+(?:{_WORD}|van|von|de|der|al)){{0,4}}"
_TITLES = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Lady|Lord|Madam|Comrade|Captain|Major"
    "|Colonel|General|Sergeant"
    "|Lieutenant|Judge|Justice|Inspector|Officer|Father|Sister|Brother|Reverend|Rev"
    "|President|Minister|Shri|Sri|Smt|Thiru|Tmt|Kumari|Md|Mohd|Garda|Sgt|Cpl|Det|Detective|Constable|Capt|Col|Lt|Gen"
    "|Maj|Brig|Cmdr|Commander|Chief|Sheikh|Imam|Mullah|Ha(?:jji|ji|jj|jja|jia)|Ustaz|Mama|Papa|Mami|Mzee|Aunt(?:ie|y)?"
    "|Uncle|Teacher|Pastor|Bishop|Archbishop|Deacon|Elder|Engineer|Ing|Advocate|Adv|Maître|Mme|Mlle|Monsieur|Madame|Herr"
    "|Frau|Señora?|Doña|Pani|Citizen|Nurse|Sr|Fr|Director|Inspector|Prosecutor|Superintendent|Warden|Private|Corporal"
    "|Director|Abu|Umm|Big\\s(?:Brother|Sister)|Witness|Old|Master"
)
_KIN = (
    "brother|sister|mother|father|son|daughter|wife|husband|uncle|aunt|cousin|nephew|niece|friend"
    "|neighbour|neighbor|colleague|grandmother|grandfather|partner|fianc[eé]e?"
)
_CALLED = "named|called|nicknamed|alias|known as|a\\.k\\.a\\.|aka"
_KOREAN_TITLES = (
    "씨|님|동지|동무|선생|교수|박사|사장|부장|과장|대표|기자|목사"
    "|의원|위원|장관|소장|회장|여사|아바이"
)
_KOREAN_END = r"(?:은|는|이|가|을|를|의|에게|께서|와|과|도)?(?![가-힣])"
_COURTESY = "MR|MRS|MS|MISS|MX|DR|PROF|REV|PASTOR|ALHAJI|ALHAJA|HAJI|SHRI|SRI|SMT"
_CAP = r"[^\W\d_a-zà-ÿ]"
_LARGE = rf"{_CAP}(?:\.|{_CAP}{{1,30}}(?:['’\-]{_CAP}{{1,30}}){{0,3}}|['’]{_CAP}{{2,30}})"
TITLED = (
    rf"\b(?:{_TITLES})\b\.?\s+(?P<name>{_NAME})",
    rf"\b(?:{_COURTESY})\b\.?[ \u00a0](?P<name>{_LARGE}(?:[ \u00a0]{_LARGE}){{0,4}})(?!\w)",
    rf"\b(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur)\s(?:\w+\s)?(?:{_KIN})\b,?\s+(?P<name>{_NAME})",
    rf"\b(?:{_CALLED})\s+[\"“']?(?P<name>{_NAME})",
    rf"(?<![가-힣])(?P<name>[가-힣]{{2,4}})\s(?:{_KOREAN_TITLES}){_KOREAN_END}",
    rf"(?<![가-힣])(?P<name>[가-힣]{{3}})(?:{_KOREAN_TITLES}){_KOREAN_END}",
)
"""A name behind a title, a relation or a word that introduces one; group `name` is the name."""
