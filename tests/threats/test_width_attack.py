"""T3: a black box does not tell which of many names is under it, even to who knows all the rest.

The attacker has the whole text, the font and the program: each candidate is set in place of the
name, the page is laid out again, and the candidate remains if everything that can be seen is as it
was.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random
from statistics import median

import pytest

from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.pages import PageLayout, lay_out
from tests.unit.redaction.page_maker import set_page

_ONSETS = re.findall(r"\w+", "b br c ch d dr f fl g gr h j k kr l m n p r s st t th tr v w y z")
_VOWELS = re.findall(r"\w+", "a e i o u ae ia ei ou")
_ENDS = re.findall(r"\w+", "n r l s m nd rk th lla tte ska ro na vik")
_FILLING = tuple(
    word
    for line in (
        "the people of that valley said in spring that nobody had seen a convoy on the road and",
        "whoever came across the river brought salt rice cloth and news of the market in town",
    )
    for word in line.split()
)
NAMES = 150
PLACES = 4


def invented(random: Random) -> str:
    """Return a first name and a surname."""
    parts = []
    for syllables in (random.choice((1, 2, 2)), random.choice((1, 2, 2, 3))):
        body = "".join(random.choice(_ONSETS) + random.choice(_VOWELS) for _ in range(syllables))
        parts.append((body + random.choice(_ENDS)).capitalize())
    return " ".join(parts)


def shown(words: list[str], at: int, name: str, *, justified: bool) -> PageLayout:
    """Return what is seen of a page on which a name stands before word `at` and is hidden."""
    text = set_page([*words[:at], *name.split(), *words[at:]], justified=justified)
    start = sum(len(word) + 1 for word in words[:at])
    hidden = Redaction(start, start + len(name), Reason.SOURCE_IDENTITY, Method.MANUAL, "manual")
    return lay_out(text, (hidden,), ()).page(0, 595.0, 842.0)


def shown_often(
    words: list[str], places: Collection[int], name: str, *, justified: bool
) -> PageLayout:
    """Return what is seen of a page on which a name is hidden before each of some words."""
    said: list[str] = []
    hidden, at = [], 0
    for number, word in enumerate(words):
        if number in places:
            span = at, at + len(name)
            hidden.append(Redaction(*span, Reason.SOURCE_IDENTITY, Method.MANUAL, "manual"))
            said += name.split()
            at += len(name) + 1
        said.append(word)
        at += len(word) + 1
    text = set_page(said, justified=justified)
    return lay_out(text, tuple(hidden), ()).page(0, 595.0, 842.0)


def remaining_often(random: Random, names: list[str], boxes: int, *, justified: bool) -> int:
    """Return how many candidates fit all boxes of one name on a page."""
    words = [random.choice(_FILLING) for _ in range(200)]
    places = set(random.sample(range(5, 195), boxes))
    truth = shown_often(words, places, random.choice(names), justified=justified)
    return sum(shown_often(words, places, one, justified=justified) == truth for one in names)


def remaining(random: Random, names: list[str], *, justified: bool) -> int:
    """Return how many candidates cannot be told from the name that is there."""
    words = [random.choice(_FILLING) for _ in range(90)]
    at = random.randrange(5, 85)
    truth = shown(words, at, random.choice(names), justified=justified)
    return sum(shown(words, at, name, justified=justified) == truth for name in names)


@pytest.mark.parametrize("justified", [False, True], ids=["ragged", "justified"])
def test_a_fifth_of_all_candidates_remains(justified: bool) -> None:
    random = Random(20)
    names = [invented(random) for _ in range(NAMES)]
    left = [remaining(random, names, justified=justified) for _ in range(PLACES)]
    assert median(left) >= NAMES / 5, left


def test_a_name_alone_in_its_line_is_not_told_by_its_width() -> None:
    random = Random(21)
    names = [invented(random) for _ in range(NAMES)]
    alone = [shown([], 0, name, justified=False) for name in names]
    assert median(sum(one == other for other in alone) for one in alone) >= NAMES / 5


def test_words_beside_the_name_do_not_stay_in_sight() -> None:
    words = list(_FILLING[:12])
    page = shown(words, 6, "Zorayda Quillfeather", justified=False)
    (box,) = page.boxes
    covered = [word.text for word in page.words if box.left <= word.left < box.right]
    assert covered[6] == "[redacted: S1]"
    assert len({word.right - word.left for word in page.words if word.bottom == 777}) <= 2
