"""Detectors on marked texts of every kind that an archive of testimonies receives.

The marks are in `tests/samples/detection`; `bench/detection.py` prints the figures of each text.
What is promised lies below what was measured.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.redaction.detecting.entities import ENGLISH, FRENCH, state_of
from bench.annotated import marked
from bench.detection import Count, examine

SAMPLES = Path(__file__).parents[2] / "samples" / "detection"
TEXTS = marked(SAMPLES)
WHOLE = all(state_of(model) == "ready" for model in (ENGLISH, FRENCH))


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for split, wanted in (("dev", "looked at"), ("test", "kept aside")):
        count = Count()
        for own, document in TEXTS:
            if own == split:
                examine(document, count)
        found[wanted] = {name: share for name, share, _ in count.rows()}
    return found


def test_samples_have_marks_and_no_rest_of_them() -> None:
    assert len(TEXTS) > 30
    for _, document in TEXTS:
        (marks,) = document.annotators
        assert {one.identifies for one in marks} == {"DIRECT", "QUASI"}
        assert not any(sign in document.text for sign in ("<<D", "<<Q", ">>"))


@pytest.mark.skipif(not WHOLE, reason="needs the extra `entities`")
@pytest.mark.parametrize(
    ("wanted", "direct", "quasi", "precision"),
    [("looked at", 0.95, 0.88, 0.75), ("kept aside", 0.88, 0.76, 0.72)],
)
def test_most_of_what_gives_a_person_away_is_proposed(
    figures: dict[str, dict[str, float]],
    wanted: str,
    direct: float,
    quasi: float,
    precision: float,
) -> None:
    shown = figures[wanted]
    assert shown["direct"] >= direct, shown
    assert shown["quasi"] >= quasi, shown
    assert shown["precision"] >= precision, shown
