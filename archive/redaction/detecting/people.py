"""Names that a text introduces: nicknames, aliases, names in quotation marks, offices."""

from __future__ import annotations

import re

from archive.redaction.detecting.dates import LARGE_NUMBERS
from archive.redaction.detecting.lexicon import WORD
from archive.redaction.detecting.organs import generic

_UPPER = r"[^\W\d_a-z]"
_NAMEWORD = rf"(?:{_UPPER}\w?\.|{_UPPER}[\w'’\-]{{0,40}})"
_NAME = (
    rf"{_NAMEWORD}(?:[ \u00a0](?:(?:van|von|de|der|la|al|bin|the|of)[ \u00a0])?{_NAMEWORD}){{0,4}}"
)
_OPEN, _CLOSE = "[\"“”„«‹‘'「『《〈]", "[\"”“»›’'」』》〉]"
_QUOTED = rf"{_OPEN}(?P<name>[^\W\d_][^\"“”„«»‹›\n「」『』《》〈〉]{{0,40}}?){_CLOSE}"
_BORN = (
    "named|called|nicknamed|nick-named|alias|aliases|known as|known to|known by"
    "|known simply as|better known as"
    "|also known as|also called|also spelled|also written|formerly known as"
    "|a\\.k\\.a\\.|a\\.k\\.a|aka|AKA|a/k/a|f/k/a"
    "|f\\.k\\.a\\.|née|nee|né|born|stylized as|stylised as|pseudonym|pen name"
    "|stage name|ring name|code name|codename"
    "|code-named|codenamed|nickname|nickname was|nom de guerre|birth name|real name"
    "|dit|dite|surnommée?|alias de"
)
_KIN = (
    "brother|sister|sibling|son|daughter|child|children|cousin|uncle|aunt|nephew"
    "|niece|grandson|granddaughter|grandchild"
    "|grandfather|grandmother|wife|husband|father|mother|parent|twin|stepson"
    "|stepdaughter|stepfather|stepmother"
)
_NEAR = f"{_KIN}|boyfriend|girlfriend|fiancée?|partner|boss|neighbou?r|friend|driver|colleague"
NICKNAMES = (
    rf"(?<!\w)(?:{_NEAR}) \((?P<name>[^\W\d_]{{2,24}}(?: [^\W\d_]{{2,24}})?)\)",
    (
        rf"(?<!\w)(?:{_BORN})(?:\s(?:is|was|of|as|the|by))?[\s:,]{{1,2}}"
        rf"(?:the\s)?{_OPEN}?(?P<name>(?:[Tt]he\s)?{_NAME})"
    ),
    rf"(?<!\w)(?:{_BORN})(?:\s(?:is|was|of|as|the|by|her|him))?[\s:,]{{1,2}}{_QUOTED}",
    (
        rf"(?<!\w)(?P<name>{_UPPER}[\w’'\-]{{1,40}}\s[\"“„«][^\"“”„«»\n]{{1,30}}[\"”“»]\s{_UPPER}[\w’'\-]{{0,40}})"
    ),
    (
        r"(?<![가-힣])(?:별명|별칭|가명|예명|필명|아명|본명|호|세례명|암호명|일명)(?:은|는|이|가|을|를|으로|로|인)?[\s:]{0,2}"
        r"[\"“‘'「『<〈]?(?P<name>[가-힣A-Za-z][가-힣A-Za-z\-]{1,11}?)"
        r"(?=[\"”’'」』>〉]|이라|라고|라는|이란|이다|이었|였|으로|로\s|[\s,.)]|$)"
    ),
    (
        r"(?<![가-힣])(?:(?:저는|나는|이름은|성함은|성명은)\s|(?:답|답변|진술인|성명|이름)\s?:\s?)(?P<name>[가-힣]{2,4}?)"
        r"(?:입니다|이에요|예요|이라고|라고|올시다|이요|[,.]|$|\n)"
    ),
    r"[\"“‘'「『](?P<name>[가-힣]{2,10})[\"”’'」』](?:이?라는|이?라고|이?란|로|으로)\s?(?:불|하는|알려|통하|부르)",
    r"(?<![가-힣])(?P<name>[가-힣]{2,8}?)(?:이라고|라고|이라|라)\s?(?:불리|불렸|부르|불렀|하는\s사람)",
)
"""Expressions of names that a text calls a name; group `name` is the name."""

QUOTED = (
    rf"(?<!\w){_OPEN}(?P<name>(?:(?:the|The|El|La)\s)?{_UPPER}[\w'’\-]{{1,30}}"
    rf"(?:\s{_UPPER}[\w'’\-]{{0,30}}){{0,2}}"
    rf"(?:\s[0-9]{{1,4}})?){_CLOSE}(?!\w)"
)
"""The expression of one to three words with capitals in quotation marks."""


def is_called(quoted: str) -> bool:
    """Return whether words in quotation marks may be what somebody is called."""
    return not generic(WORD.findall(quoted))


_INITIALS = (
    r"(?<![\w.])(?!(?:U\.[SKN]|E\.U|U\.S\.A|U\.S\.S\.R|N\.B|P\.S|B\.C|A\.D)\.)"
    r"(?:[^\W\d_a-z]\.[ \u00a0-]?){1,3}[^\W\d_a-z]\.(?!\w)"
)
_IPA = "\u0250-\u02af\u02b0-\u02ff\u1d00-\u1dbfɡŋθðβχ"
PRONOUNCED = (
    rf"\[[^\]\n]{{0,60}}[{_IPA}][^\]\n]{{0,60}}\]",
    rf"(?<![\w/])/[^/\n]{{0,60}}[{_IPA}][^/\n]{{0,60}}/(?!\w)",
)
"""Expressions of how a name is pronounced, in letters of the phonetic alphabet."""

_PROTECTED = (
    "witness|complainant|victim|survivor|child|girl|boy|minor|infant|patient|pupil|student"
    "|juror|informant|informer|source|interviewee|respondent|participant|accused|defendant"
    "|applicant|appellant|claimant|petitioner|officer|agent|person|detainee|prisoner"
)
INITIALS = (
    _INITIALS,
    (
        rf"(?<!\w)(?i:{_PROTECTED})(?:e?s)?\s(?P<name>(?!I[IV]?\b|V\b)"
        rf"[A-Z]{{1,3}}-?[0-9]{{0,4}}(?:(?:,\s|,?\sand\s)[A-Z]{{1,3}}-?[0-9]{{1,4}}){{0,9}})(?![\w.'’/])"
    ),
    (
        r"(?<![\w.])(?!(?:e\.g|i\.e|a\.m|p\.m|c\.f|q\.v|a\.k|f\.k|n\.b|s\.s|m\.v|d\.b|o\.b|p\.a|r\.p|m\.p)\.)"
        r"(?:[a-z]\.){2} ?[a-z][\w'’\-]{2,30}(?!\w)"
    ),
    r"(?<![\w.])(?:[^\W\d_a-z]\.){1,2} ?(?:[a-z]\. ?){1,2}[^\W\d_a-z]\.(?!\w)",
    (
        r"(?<![\w.])(?!(?:U\.[SKN]|E\.U|U\.S\.A|U\.S\.S\.R|N\.B|B\.C|A\.D|P\.[WS])\.)"
        r"(?:[^\W\d_a-z]\. ?){1,4}"
        r"(?!(?:I|The|He|She|It|We|They|In|On|At|A|An|But|And|Did|Do|Was|Were|What|When|Where|Who"
        r"|Why|How|Is|Are|Yes|No)\b)"
        r"[^\W\d_a-z][^\W\d_A-Z][\w'’\-]{0,30}"
    ),
)
"""Expressions of a name's initials alone."""

_EVENT = (
    "fall|battle|siege|massacre|uprising|bombing|liberation|occupation|partition|annexation|invasion|liquidation|burning"
    "|shelling|storming|evacuation|attacks?|raids?|war|revolt|rising|riots?|earthquake|floods?|famine|fire|strike|coup"
)
_SITE = (
    "mine|factory|mill|school|hospital|clinic|prison|church|mosque|temple|shrine|market|harbour|harbor|port|village|town"
    "|university|college|monastery|convent|farm|barracks|garrison|station|refinery|shipyard|cemetery|orphanage|quarry"
)
_OFFICE = (
    "Minister|Secretary|President|Vice[- ]President|Chair|Chairman|Chairwoman"
    "|Chairperson|Director|Head|Mayor|Governor"
    "|Ambassador|Member|Speaker|Leader|Commander|Chief|Bishop|Archbishop|Duke|Earl"
    "|Count|Baron|Prince|Princess|King"
    "|Queen|Dean|Rector|Professor|Commissioner|Deputy|Attorney|Judge|Justice"
    "|Treasurer|Senator|Representative|Captain"
    "|Editor|Founder|Manager|Owner|Superintendent|Prosecutor|Governor"
)
_WHO = "[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur"
_COUNTED = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[0-9]{1,2}"
_WHICH = (
    "only|first|second|third|fourth|fifth|eldest|oldest|youngest|middle|elder|older"
    "|younger|twin|late|first-born|adopted"
    "|adoptive|foster|half|common-law|ex|former|estranged|pregnant|maternal|paternal"
    "|disabled|deceased"
)
KINSHIP = (
    (
        r"(?<![가-힣])(?:첫째|둘째|셋째|넷째|막내|맏|큰|작은) ?"
        r"(?:아들|딸|남편|부인|아내|동생|형|언니|누나|오빠|며느리|사위)(?![가-힣]{3})"
    ),
    (
        rf"(?<!\w)(?i:one|{_COUNTED}|{LARGE_NUMBERS})\s(?:of\s(?:my|his|her|their|our|the)\s)?"
        rf"(?:{_KIN}|grandchildren|kids)s?(?!\w)"
    ),
    rf"(?<!\w)(?:mother|father|parents?|widow|widower)\sof\s(?:one|{_COUNTED})(?!\w)",
    rf"(?<!\w)(?:the\s)?(?:{_WHICH})\sof\s(?:the\s)?(?:{_COUNTED})\s(?:{_KIN}|siblings)s?(?!\w)",
    (
        rf"(?<!\w)(?:the\s)?(?:{_WHICH}|last|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)"
        rf"\sof\s(?:{_COUNTED})(?=[,.;:()]|\sand\s|\swho\s|$)"
    ),
    r"(?<!\w)(?:[a-z]+\s)?twin\s(?:girls|boys|babies)(?!\w)",
    (
        rf"(?<!\w)(?:{_WHO}|[Tt]heir)\s(?:step(?:mother|father|son|daughter|brother|sister)"
        rf"|great-(?:{_KIN})|(?:{_KIN})[- ]in[- ]law)(?!\w)"
    ),
    rf"(?<!\w)all\s(?:my|his|her|their)\s(?:{_KIN})s?(?!\w)",
    rf"(?<!\w)(?:[Mm]y|[Oo]ur)\s(?:(?:{_WHICH})[-\s]){{0,2}}(?:{_KIN})(?:-in-law)?s?(?!\w)",
    (
        rf"(?<!\w)(?:(?:{_WHO}|[Tt]he)\s)?(?:{_WHICH})[-\s](?:(?:{_WHICH})[-\s])?(?:{_KIN})"
        rf"(?:-in-law)?s?(?!\w)"
    ),
    (
        rf"(?<!\w)(?:{_COUNTED})\s(?:(?:{_WHICH}|small|young|minor|little|grown-up|adult)"
        rf"\s)?(?:{_KIN})s?(?!\w)"
    ),
    (
        rf"(?<!\w)(?:the\s)?(?:{_KIN})s?\sof\s(?:a|an|the|two|three|four|five|six"
        rf"|immigrants)\s[a-z]+(?!\w)"
    ),
)
"""Expressions of kin that tell a family from others."""

EVENTS = (
    (
        rf"(?<!\w)the\s(?:{_EVENT})\s(?:of|in|at|on)\s(?:the\s)?{_NAMEWORD}"
        rf"(?:[ \u00a0]{_NAMEWORD}){{0,3}}"
    ),
    (
        rf"(?<!\w)the\s{_NAMEWORD}(?:[ \u00a0]{_NAMEWORD}){{0,2}}\s(?:{_EVENT}|time|days|affair"
        rf"|incident)(?!\w)"
    ),
    (
        r"(?<!\w)the\s(?:referendum|coup|famine|genocide|earthquake|tsunami|cyclone|revolution"
        r"|uprising|armistice)(?!\w)"
    ),
    (
        rf"(?<!\w)(?:[a-z]{{3,12}}\s)?(?:{_SITE})\s(?:of|in|at|near)\s{_NAMEWORD}"
        rf"(?:[ \u00a0]{_NAMEWORD}){{0,3}}"
    ),
)
"""Expressions of what happened at a place, and of what there is one of at a place."""

OFFICE = (
    rf"(?<!\w)(?i:(?:{_OFFICE})s?(?:[- ](?:in[- ]chief|general))?)\s(?:of|for|to|at)\s(?:the\s)?"
    rf"{_NAMEWORD}(?:(?:\sand\s|\s|\sof\s|\sof\sthe\s|,\s(?={_NAMEWORD}\sand)){_NAMEWORD}){{0,6}}"
)
"""The expression of an office and of what it is over."""

LISTED = (
    (
        rf"(?m:^|[|;\t])[ \u00a0]?(?:[0-9]{{1,4}}[.)]?[ |;\t]{{1,3}})?"
        rf"(?P<name>{_UPPER}[\w'’\-]{{1,30}}(?: {_UPPER}[\w'’\-]{{1,30}})?,"
        rf" {_UPPER}[\w'’\-]{{1,30}}(?: {_UPPER}[\w'’\-.]{{0,30}})?)(?=[ \u00a0]?(?:[|;\t(]|$|\n))"
    ),
)
"""The expression of a name in a list or a table, surname first."""

_NO_TRADE = "(?:de|in|re|con|per|sub|as|ex)sist|enlist|checklist|blacklist|shortlist|protagonist"
TRADES = (
    (
        r"(?<![가-힣])[가-힣]{1,4}(?:학자|수필가|평론가|운동가|사업가|번역가|소설가|극작가|팀장|과장|부장|국장|관리인|판매원|검사원|인수원"
        r"|용해공|벌목공|기능공|수리공|조립공|운반공|보수원|장사꾼)(?=(?:이|가|은|는|을|를|의|로|으로|였|이였|이다|이자|인|들|과|와)|[^가-힣]|$)"
    ),
    (
        r"(?<!\w)(?:en\s(?:qualité|tant)\s(?:de|que)|comme|profession\sde)\s"
        r"(?P<name>[a-zà-ÿ]{4,20}(?:\s[a-zà-ÿ]{4,20})?)(?!\w)"
    ),
    rf"(?<!\w)(?!(?:{_NO_TRADE})\b)[a-z]{{3,14}}(?:[acglmnprt]ist|builder)(?!\w)",
    (
        r"(?<!\w)(?:deputy\s)?(?:head|director|manager|chief)\sof\s(?!(?:the|an|this"
        r"|his)\b)[a-z]{4,20}(?!\w)"
    ),
    (
        r"(?<![\w-])(?!(?:the|a|an|this|that|each|every|any|no|my|his|her|our|their|its"
        r"|one|another|other|first|and|or|of|as|by)\s)"
        r"[a-z]{3,15}[ -](?:operator|driver|fitter|technician|mechanic|repairer|inspector"
        r"|instructor|seller|dealer|trader|maker|keeper|cleaner|picker|collector|installer"
        r"|surveyor|assistant|apprentice|attendant"
        r"|herder|player|buyer|preacher|stoker|canner|singer|weaver|packer|breeder|grower|hunter|carver|welder|builder"
        r"|teacher)(?!\w)"
    ),
    (
        r"(?<!\w)[a-z]{3,15}(?:ologist|ographer|onomist|iatrist|smith|wright|keeper|maker|monger"
        r"|woman|signalman"
        r"|fisherman|ferryman|craftsman|foreman|watchman|fireman|campaigner)(?!\w)"
    ),
    r"(?<!\w)(?:head|leader|foreman|member|manager)\sof\san?\s[a-z]{3,20}(?:\s[a-z]{3,20})?(?!\w)",
    (
        r"(?<!\w)(?:driver|seller|maker|guard|keeper|vendor|trader|operator|collector|carrier"
        r"|worker|teacher)\sof\s"
        r"(?!(?:the|an|this|that|his|her|their|its|my|our|all|any|which|whom)\b)[a-z]{3,20}(?!\w)"
    ),
    (
        r"(?<!\w)(?:student|teacher|professor|lecturer|doctor|master|bachelor|reader)"
        r"\sof\s[a-z]{3,20}(?:\sand\s[a-z]{3,20})?(?!\w)"
    ),
)
"""Expressions of trades that are made of a word for what is worked on."""

_OVER = re.compile(r"\s(?:of|for|to|at)\s")


def is_particular(office: str) -> bool:
    """Return whether an office is over something that has a name of its own."""
    return not generic(WORD.findall(_OVER.split(office, maxsplit=1)[1]))
