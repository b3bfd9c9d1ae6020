"""Chinese syllables in Cyrillic letters, by the system of Palladius (Kafarov)."""

from __future__ import annotations

from functools import cache

_INITIALS = (
    *(("zh", "чж"), ("ch", "ч"), ("sh", "ш"), ("b", "б"), ("p", "п"), ("m", "м"), ("f", "ф")),
    *(("d", "д"), ("t", "т"), ("n", "н"), ("l", "л"), ("g", "г"), ("k", "к"), ("h", "х")),
    *(("j", "цз"), ("q", "ц"), ("x", "с"), ("r", "ж"), ("z", "цз"), ("c", "ц"), ("s", "с")),
)
_FINALS = """
a а o о e э i и ai ай ei эй ui уй ao ао ou оу iu ю ie е ue юэ er эр an ань en энь in инь un унь
ang ан eng эн ing ин ong ун ia я iao яо ian янь iang ян iong юн ua уа uo о uai уай uan уань
uang уан u у ve юэ v юй
"""
_ROUNDED = {"u": "юй", "uan": "юань", "un": "юнь"}  # behind j, q, x and y
_WHOLE = """
ya я yan янь yang ян yao яо ye е yi и yin инь ying ин yo йо yong юн you ю yu юй yuan юань yue юэ
yun юнь wa ва wai вай wan вань wang ван wei вэй wen вэнь weng вэн wo во wu у hui хуэй lv люй
nv нюй zi цзы ci цы si сы
"""
_SIGNS = str.maketrans("", "", "ьъ'’-")
_LONGEST_ENDING = 2  # letters that a case adds to a name


def _table(words: str) -> dict[str, str]:
    pairs = words.split()
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


_WHOLE_TABLE, _FINAL_TABLE = _table(_WHOLE), _table(_FINALS)


@cache
def palladius(syllable: str) -> str:
    """Return a pinyin syllable without tone in Cyrillic letters; empty for what is none."""
    if syllable in _WHOLE_TABLE:
        return _WHOLE_TABLE[syllable]
    for latin, cyrillic in _INITIALS:
        if syllable.startswith(latin):
            rest = syllable.removeprefix(latin)
            final = _ROUNDED.get(rest, "") if latin in ("j", "q", "x") else ""
            final = final or _FINAL_TABLE.get(rest, "")
            return cyrillic + final if final else ""
    return _FINAL_TABLE.get(syllable, "")


def in_palladius(syllables: tuple[str, ...], letters: str) -> bool:
    """Return whether small Cyrillic letters are a name of pinyin syllables, declined or not.

    The soft and the hard sign, which tell n from ng and are often left out, make no difference.
    """
    letters = letters.translate(_SIGNS)
    for turn in (syllables, syllables[1:] + syllables[:1]):
        name = "".join(map(palladius, turn)).translate(_SIGNS)
        if letters.startswith(name) and len(letters) - len(name) <= _LONGEST_ENDING:
            return True
        if name[-1:] == "й" and letters.startswith(name[:-1]) and len(letters) <= len(name) + 1:
            return True
    return False
