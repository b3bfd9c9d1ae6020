"""How much a decoded text looks like writing, told from few characters: statistics need many.

Legacy encodings overlap: bytes that are Korean in one are Chinese or Russian in another. Of several
readings the one wins whose characters are frequent in a language and stand beside their like.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# The most frequent characters of running text, from the author's reading of each language.
_HANGUL = frozenset(
    "이다는의에을가고하지로한기서사은도를리대자나인어정시들아그라일수것있해보과스장게부전주니만여"
    "상원국조제오마동안되없연중당성생공선소문구무으면였습우경와며신유모러야요적할까세비내거방실"
    "관년회분위감치진물결말단산명계발용바화교미행심때간북남군집민건체반양작예알려반람현불재노르"
    "본통번호김박최강임윤권황송전홍쌀값올랐갔왔렸했됐찰죽굶배탈출옥감녕름른린운든까울입음"
)
_HAN = frozenset(
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子"
    "那得于於着著下自之年过過发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當"
    "没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍者意无無力它"
    "与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物"
    "手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给"
    "給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條"
    "平系气氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场"
    "場件计計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則"
    "听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張"
    "该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運价價涨"
    "漲米朝鲜鮮京城警察货貨币幣稻値段販売食飲円駅語話読書私彼何時分間年本中国人日月火水木金土曜"
)
_FREQUENT = _HANGUL | _HAN
_RANGES = (  # first, last, score, bytes
    (0x3041, 0x30FF, 2.2, 2),
    (0x3000, 0x3040, 1.0, 2),
    (0xFF00, 0xFF5F, 1.0, 2),
    (0xFF60, 0xFF9F, -1.5, 1),  # narrow kana, which any byte above 0xA0 is in Shift JIS
    (0x3100, 0x9FFF, -3.0, 2),
    (0xF900, 0xFAFF, -3.0, 2),
    (0x10000, 0x10FFFF, -3.0, 2),
)
_SINGLE = (  # of alphabets that share single bytes with others: frequent letters and marks
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюіїє", 1.6),
    ("αοιετσνηυρπκμλωςάέίόή", 1.6),
    ("יוהלאמתבשרנ", 1.6),
    ("اليمنوتربةعدسف", 1.6),
    ("ışğİŞĞ", 1.6),
    ("éèàùâêîôûçëïœæäöüßñáíóúåøãõìòÄÖÜÉÀÇÑÅØ", 1.4),
    ("ąćęłńśźżŁŚŻčďěňřšťůýžČŘŠŽőűĂăâîșțţđ", 1.1),
    ("«»–—“”‘’„…№°§€·", 0.5),
)
_ALPHABETS = ((0x391, 0x3CE), (0x410, 0x44F), (0x5D0, 0x5EA), (0x621, 0x652), (0xE01, 0xE4E))
_RARE = {"Co": -6.0, "Cn": -6.0, "Cc": -6.0, "Cf": -2.0, "So": -2.0, "Sm": -1.5, "Sk": -2.0}
_OUTSIDE_WORDS = -0.5  # marks and figures of other kinds
_MIXED = -2.5  # a letter beside one of another script
_TURNED = -1.5  # a capital behind a small letter


def plausibility(text: str) -> float:
    """Return the mean score of the characters beyond ASCII; above 0 it may be writing.

    A character counts as often as it takes bytes in the encodings that are weighed.
    """
    total, weight = 0.0, 0
    before = " "
    for char in text:
        if not char.isascii():
            score, width = _score(char)
            total += (score + _beside(before, char)) * width
            weight += width
        elif not before.isascii() and char.isalpha():
            total += _beside(before, char)
        before = char
    return total / weight if weight else 0.0


@lru_cache(1 << 16)
def _score(char: str) -> tuple[float, int]:
    """Return how frequent a character is in writing, from 3 down, and its width in bytes."""
    code = ord(char)
    if char in _FREQUENT:
        return 3.0, 2
    if 0xAC00 <= code < 0xD7A4:
        return (0.7 if _within(char, "euc_kr") else -1.0), 2
    if 0x4E00 <= code < 0xA000:
        return (0.3 if _everyday(char) else -1.0), 2
    for first, last, score, width in _RANGES:
        if first <= code <= last:
            return score, width
    return _alphabetic(char), 1


def _alphabetic(char: str) -> float:
    for characters, score in _SINGLE:
        if char in characters:
            return score
    category = unicodedata.category(char)
    if not category.startswith(("L", "M")):
        return _RARE.get(category, _OUTSIDE_WORDS)
    for first, last in _ALPHABETS:
        if first <= ord(char) <= last:
            return 1.0
    return 0.2 if ord(char) < 0x180 else -1.0


def _beside(before: str, char: str) -> float:
    """Return what it costs to stand behind `before`."""
    if not (before.isalpha() and char.isalpha()):
        return 0.0
    left, right = _script(before), _script(char)
    if left != right:
        return 0.0 if {left, right} <= {"kana", "han", "hangul"} else _MIXED
    return _TURNED if before.islower() and char.isupper() else 0.0


@lru_cache(1 << 16)
def _script(char: str) -> str:
    code = ord(char)
    for script, first, last in _SCRIPTS:
        if first <= code <= last:
            return script
    return "other"


_SCRIPTS = (
    ("latin", 0x41, 0x24F),
    ("latin", 0x1E00, 0x1EFF),
    ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F),
    ("hebrew", 0x590, 0x5FF),
    ("arabic", 0x600, 0x6FF),
    ("thai", 0xE00, 0xE7F),
    ("kana", 0x3005, 0x30FF),
    ("han", 0x3400, 0x9FFF),
    ("hangul", 0xAC00, 0xD7A3),
)


@lru_cache(1 << 16)
def _everyday(char: str) -> bool:
    """Tell a character of the first level of GB 2312, JIS X 0208 or Big5: everyday use."""
    return (
        (_within(char, "gb2312") and char.encode("gb2312") < b"\xd8")
        or (_within(char, "euc_jp") and char.encode("euc_jp") < b"\xd0")
        or (_within(char, "big5") and char.encode("big5") < b"\xc9")
    )


def _within(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
