"""T3: a black box does not tell which of many names is under it, even to who knows all the rest.

The attacker has the whole text, the font and the program: each candidate is set in place of the
name, the page is laid out again, and the candidate remains if everything that can be seen is as it
was.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle
from random import Random
from statistics import median
from typing import Any

import pytest

from archive.model.objects import CanonicalText
from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.copytext import redact_text
from archive.redaction.pages import PageLayout, lay_out, leaves, set_anew
from tests.unit.redaction.page_maker import broken, set_page

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


@dataclass(frozen=True)
class Document:
    """Words, before some of which a name stands, and how they are set on pages."""

    words: tuple[str, ...]
    places: frozenset[int]
    justified: bool = False
    lines_a_page: int = 10_000
    forms: tuple[slice, ...] = (slice(None),)

    def said(self, name: str) -> list[tuple[str, bool]]:
        """Return its words with a name in all places, and which of them are of the name.

        What of the name stands in each place, the surname alone or all of it, `forms` say in turn.
        """
        found: list[tuple[str, bool]] = []
        turn = cycle(self.forms)
        for number, word in enumerate(self.words):
            if number in self.places:
                found += [(part, True) for part in name.split()[next(turn)]]
            found.append((word, False))
        return found

    def named(self, name: str) -> tuple[CanonicalText, tuple[Redaction, ...]]:
        """Return its text with a name in all places, and what hides it there."""
        said = self.said(name)
        text = set_page(
            [word for word, _ in said], justified=self.justified, lines_a_page=self.lines_a_page
        )
        hidden = (box for box, (_, named) in zip(text.boxes, said, strict=True) if named)
        return text, tuple(
            Redaction(box.start, box.end, Reason.SOURCE_IDENTITY, Method.MANUAL, "manual")
            for box in hidden
        )

    def breaks(self, name: str) -> tuple[int, ...]:
        """Return in which line each word stands that is not the name."""
        said = self.said(name)
        lines = broken([word for word, _ in said])
        numbers = (number for number, line in enumerate(lines) for _ in line)
        return tuple(number for number, (_, named) in zip(numbers, said, strict=True) if not named)


def copy_of(document: Document, name: str, *, as_drawn: bool = False) -> tuple[object, ...]:
    """Return all that is seen of a document in which a name is hidden: its text and its pages."""
    text, hidden = document.named(name)
    layout = lay_out(text, hidden, ())
    runs = () if as_drawn else set_anew(text, hidden)
    pages = (
        leaf.sheet or layout.page(leaf.page, 595.0, 842.0)
        for leaf in leaves(text, hidden, runs, len(text.pages))
    )
    return redact_text(text.text, hidden), *pages


def remaining_often(
    document: Document, names: list[str], truth: str, *, as_drawn: bool = False
) -> int:
    """Return how many candidates cannot be told from the name that is there.

    Where the words in sight stand in other lines than they did, nothing that is drawn is alike; a
    candidate needs to be laid out only where they do not, or where nothing is drawn.
    """
    seen, lines = copy_of(document, truth, as_drawn=as_drawn), document.breaks(truth)
    drawn = any(isinstance(page, PageLayout) for page in seen)
    likely = [name for name in names if not drawn or document.breaks(name) == lines]
    return sum(copy_of(document, name, as_drawn=as_drawn) == seen for name in likely)


def telling_of(random: Random, words: int, places: Collection[int], **how: Any) -> Document:
    """Return a document of so many words with a name in some places."""
    said = tuple(random.choice(_FILLING) for _ in range(words))
    return Document(said, frozenset(places), **how)


def remaining(random: Random, names: list[str], *, justified: bool) -> int:
    """Return how many candidates cannot be told from the name that is there."""
    words = [random.choice(_FILLING) for _ in range(90)]
    at = random.randrange(5, 85)
    truth = shown(words, at, random.choice(names), justified=justified)
    return sum(shown(words, at, name, justified=justified) == truth for name in names)


BOXES = {
    "two-on-a-page": (200, (60, 130)),
    "three-in-a-paragraph": (200, (20, 21, 90)),
    "two-in-a-line": (90, (40, 42)),
    "five-on-a-page": (200, (10, 50, 91, 140, 180)),
    "on-two-pages": (500, (60, 420)),
    "five-on-three-pages": (900, (30, 250, 420, 600, 610)),
}


@pytest.mark.parametrize("justified", [False, True], ids=["ragged", "justified"])
@pytest.mark.parametrize("boxes", BOXES)
def test_several_boxes_of_one_name_leave_every_candidate(boxes: str, justified: bool) -> None:
    random = Random(22)
    names = [invented(random) for _ in range(NAMES)]
    words, places = BOXES[boxes]
    document = telling_of(random, words, places, justified=justified, lines_a_page=20)
    assert remaining_often(document, names, names[0]) == NAMES


def test_a_line_that_looks_like_an_item_does_not_tell_where_lines_end() -> None:
    random = Random(24)
    names = [invented(random) for _ in range(NAMES)]
    plain = telling_of(random, 200, (10, 50, 91, 140, 180))
    said = tuple("said:" if number % 25 == 3 else one for number, one in enumerate(plain.words))
    document = Document(said, plain.places)
    assert remaining_often(document, names, names[0]) == NAMES


def test_pages_that_are_drawn_all_the_same_tell_who_it_may_be() -> None:
    random = Random(25)
    names = [invented(random) for _ in range(NAMES)]
    document = telling_of(random, 200, (10, 50, 91, 140, 180))
    assert remaining_often(document, names, names[0], as_drawn=True) < NAMES / 5


def test_a_name_and_the_surname_alone_leave_every_candidate() -> None:
    random = Random(23)
    names = [invented(random) for _ in range(NAMES)]
    forms = (slice(None), slice(1, None))
    document = telling_of(random, 200, (20, 60, 100, 140), forms=forms)
    assert remaining_often(document, names, names[0]) == NAMES


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
