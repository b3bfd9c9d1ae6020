"""How much two readers of one document differ, by the words that they found."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from archive.model.objects import CanonicalText

MAX_DISAGREEMENT = 0.02
"""Share of words above which a person should look at both texts. Of 26 ordinary PDFs read by pdfium
and poppler, 8 differed by more: annotations, forms and hyphens that one of them left out."""

# Scripts that engines space differently or not at all count by character (Unicode 17.0, Blocks).
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_BROKEN = re.compile(r"(?<=\w)(?:-|\u00ad)\s*\n\s*(?=\w)")  # a word divided at a line end


def disagreement(first: str, second: str) -> float:
    """Return the share of all words that only one of the texts has, from 0.0 to 1.0.

    The Jaccard distance of multisets: words in one only, over words in either, each as often as it
    stands there. Order, case, punctuation, white space, compatibility forms (NFKC) and division at
    line ends do not count; Hangul, kana, Han and other scripts without reliable spaces count by
    character. Two texts without words agree.
    """
    return _distance(_words(first), _words(second))


def _distance(one: Counter[str], other: Counter[str]) -> float:
    either = (one | other).total()
    return 1.0 - (one & other).total() / either if either else 0.0


def disagree(first: CanonicalText, second: CanonicalText) -> bool:
    """Return whether a person should look at both texts of one document.

    Each word counts once: what is missing elsewhere is what matters. The last page of the first may
    hold what stands beside the pages of a PDF, which the second reader tells or not.
    """
    told = Counter(set(_words(second.text)))
    ends = (len(first.text), first.pages[-1] if first.pages else 0)
    found = (Counter(set(_words(first.text[:end]))) for end in ends)
    return all(_distance(words, told) > MAX_DISAGREEMENT for words in found)


def _words(text: str) -> Counter[str]:
    whole = _BROKEN.sub("", unicodedata.normalize("NFKC", text))
    return Counter(_WORD.findall(whole.casefold()))
