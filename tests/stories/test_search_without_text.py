"""What has no text is found by its title and by what is told of it, and by nobody below."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.canary import scan
from tests.household import Household

TABLE = """filename,dc.title,dc.description,dc.creator
stall.png,Hyesan market,Two women at a grain stall,Osk Merrel
tape.bin,Night recording,,
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Household:
    made = Household.apart(tmp_path_factory.mktemp("pictures")).found()
    box = made.root / "box"
    box.mkdir()
    exif = Image.Exif()
    exif[0x010E] = "quiltberry in the background"
    Image.new("RGB", (48, 48), "white").save(box / "stall.png", exif=exif)
    (box / "tape.bin").write_bytes(bytes(range(200, 256)) * 50)
    (box / "metadata").mkdir()
    (box / "metadata" / "metadata.csv").write_text(TABLE)
    done = made.run("ingest", box, member="archivist")
    assert done.code == 0, done
    return made


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ('title:market "grain stall" merrel type:image/png', "Hyesan market"),
        ("quiltberry", "Hyesan market"),
        ("stall.png", "Hyesan market"),
        ("recordings tape.bin", "Night recording"),
    ],
)
def test_an_archivist_finds_a_picture_by_what_is_known_of_it(
    house: Household, query: str, title: str
) -> None:
    done = house.run("search", query, member="archivist")
    titles = [hit["title"] for hit in done.data["hits"] if hit["title"] != "metadata.csv"]
    assert (done.code, titles) == (0, [title])


def test_a_researcher_finds_nothing_that_is_not_released(house: Household) -> None:
    for query in ("market OR stall OR tape", "merrel"):
        done = house.run("search", query, member="researcher")
        assert (done.code, done.data["total"], done.data["suggestion"]) == (0, 0, None)


def test_an_index_that_is_built_anew_has_them_too(house: Household) -> None:
    done = house.run("index", "rebuild", member="archivist")
    assert done.code == 0, done
    found = house.run("search", "(market OR recording) -title:metadata", member="archivist")
    assert found.data["total"] == 2


def test_no_word_of_it_is_on_disk_in_clear(house: Household) -> None:
    assert scan([house.folder], ["quiltberry", "Osk Merrel", "Hyesan market"]) == []
