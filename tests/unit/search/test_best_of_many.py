"""Of thousands of matches the best are the same as if all were put in order."""

from __future__ import annotations

import random

import numpy as np
import pytest

from archive.search import WhooshIndex
from archive.search.analysis import pieces
from archive.search.query import Node, Prefix, Words
from tests.unit.search.shelf import Shelf, document

COUNT = 3000


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> WhooshIndex:
    dice = random.Random(3)
    docs = [
        document(n, "stone " * dice.choice((1, 1, 1, 2, 9)) + "wall " * (n % 7))
        for n in range(COUNT)
    ]
    dice.shuffle(docs)
    return Shelf(tmp_path_factory.mktemp("many") / "index").create(*docs)


@pytest.mark.parametrize("count", [1, 20, 255, 256, 257, COUNT - 1, COUNT, COUNT + 5])
@pytest.mark.parametrize(
    "node", [Words(tuple(pieces("stone")), "stone"), Prefix("sto")], ids=["scores", "one score"]
)
def test_the_best_are_the_first_of_all_in_order(index: WhooshIndex, node: Node, count: int) -> None:
    view = index.view
    matches = view.execute(node)
    assert len(matches.documents) == COUNT
    records = [view.record(int(document)) for document in matches.documents]
    order = sorted(range(COUNT), key=lambda place: (-matches.scores[place], records[place]))
    assert view.best(matches, count).tolist() == order[:count]


def test_some_scores_are_the_same_and_some_are_not(index: WhooshIndex) -> None:
    scores = index.view.execute(Words(tuple(pieces("stone")), "stone")).scores
    assert 5 < len(np.unique(scores)) < COUNT / 10
