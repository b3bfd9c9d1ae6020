"""A language is asked for by its tag or its name, in a query, as a filter and as a facet."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.search.languages.tags import meant, taken_in
from tests.unit.search.shelf import Shelf, ask, document, found, records

TAGS = {1: "en", 2: "en-GB", 3: "en-Latn-US", 4: "eng-x-old", 5: "ko", 6: "ko-KP", 7: None}


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("en", [1, 2, 3]),
        ("EN", [1, 2, 3]),
        ("en-GB", [2]),
        ("en_gb", [2]),
        ("en-latn", [3]),
        ("English", [1, 2, 3]),
        ("영어", [1, 2, 3]),
        ("한국어", [5, 6]),
        ("조선말", [5, 6]),
        ("ko-KP", [6]),
        ("*", [1, 2, 3, 4, 5, 6]),
        ("e", []),
        ("en-", []),
        ("klingon", []),
    ],
)
def test_a_range_takes_in_what_begins_with_it_at_a_hyphen(
    tmp_path: Path, asked: str, numbers: list[int]
) -> None:
    shelf = Shelf(tmp_path)
    index = shelf.create(*(document(n, "stone", language=tag) for n, tag in TAGS.items()))
    wanted = records(numbers)
    assert found(index, "stone", language=asked) == wanted
    assert found(index, "stone", facets={"language": (asked,)}) == wanted
    assert found(index, f'stone language:"{asked}"') == wanted
    index.close()


def test_the_count_of_a_language_is_what_choosing_it_finds(tmp_path: Path) -> None:
    index = Shelf(tmp_path).create(
        *(document(n, "stone" if n != 3 else "wall", language=tag) for n, tag in TAGS.items())
    )
    counts = ask(index, "stone").facets["language"]
    assert counts == {"en": 2, "ko": 2, "en-GB": 1, "eng-x-old": 1, "ko-KP": 1}
    for tag, count in counts.items():
        assert ask(index, "stone", facets={"language": (tag,)}).total == count
    chosen = ask(index, "stone", facets={"language": ("ko", "en-GB")})
    assert chosen.total == 3
    assert chosen.facets["language"] == counts
    index.close()


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("  Bahasa   Indonesia ", "id"),
        ("Français", "fr"),
        ("FRANCAIS", "fr"),
        ("русский", "ru"),
        ("日本語", "ja"),
        ("Farsi", "fa"),
        ("zh-Hant-TW", "zh-hant-tw"),
    ],
)
def test_a_language_is_known_by_name_however_it_is_written(name: str, tag: str) -> None:
    assert meant(name) == tag


def test_a_name_stands_for_one_language_and_every_language_of_stems_has_one() -> None:
    from archive.search.languages.stemming import LATIN
    from archive.search.languages.tags import _tags

    assert set(LATIN) <= set(_tags().values())
    assert all(meant(tag) == tag for tag in _tags().values())
    assert len(_tags()) > 2 * len(set(_tags().values()))


def test_no_range_takes_in_a_wider_tag() -> None:
    assert taken_in("en-gb", ["en", "en-GB-oed", "EN-gb"]) == [1, 2]
