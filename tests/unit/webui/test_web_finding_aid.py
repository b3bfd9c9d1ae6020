"""The finding aid on its pages: a tree to read, and forms that arrange it."""

from __future__ import annotations

import re
from pathlib import Path

from archive.model.access import Role
from archive.model.arrangement import UnitId
from archive.services.description import arranging
from tests.canary import scan
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, words
from webui.app import create_app

TITLE, SERIES, NOTE = "Quillfeather ferry papers", "Logbooks of the Quillfeather", "Salt stains"


def unit(house: Household, reference: str) -> UnitId:
    session = house.session(Role.ARCHIVIST)
    return arranging.finding_aid(house.archive, session).tree.named(reference).id


def begin(house: Household, tam: Visitor, code: str) -> UnitId:
    """Add a fonds with a series, and return the fonds."""
    tam.get("/finding-aid")
    tam.follow("/finding-aid", title=TITLE, level="fonds", code=code)
    top = unit(house, code)
    tam.follow("/finding-aid", title=SERIES, level="series", code="", under=top)
    return top


def test_an_empty_tree_says_how_to_begin(tmp_path: Path) -> None:
    house = found(tmp_path / "archive", Clock())
    tam = Visitor(create_app(house.archive))
    tam.sign_in(Role.ARCHIVIST)
    page = words(tam.get("/finding-aid").text)
    assert "Nothing is arranged yet. Begin with a fonds" in page
    assert "without a place" not in page
    house.archive.close()


def test_a_tree_is_begun_grown_and_changed_on_its_pages(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam = people[Role.ARCHIVIST]
    begin(own, tam, "QF")
    page = tam.get("/finding-aid")
    assert f"QF {TITLE}" in words(page.text)
    assert f"QF/1 {SERIES}" in words(page.text)
    series = unit(own, "QF/1")
    here = f"/finding-aid/{series}"
    done = tam.follow(f"{here}/change", title="Maps", level="file", code="M", seen="0")
    assert "The unit is changed." in words(done.text)
    assert "QF/M file" in words(done.text)
    done = tam.follow(f"{here}/description", seen="0", note=NOTE, dates="1931")
    assert f"Date(s) 1931 Note {NOTE}" in words(done.text)
    tam.follow("/finding-aid", title="Second", level="series", code="2", under=unit(own, "QF"))
    second = unit(own, "QF/2")
    tam.follow(f"{here}/move", act="later")
    tree = arranging.finding_aid(own.archive, own.session(Role.ARCHIVIST)).tree
    assert tree.units[unit(own, "QF")].children == [second, series]
    tam.follow(f"{here}/move", under=second)
    assert unit(own, "QF/2/M") == series
    assert "The unit is removed." in words(tam.follow(f"{here}/remove").text)
    tree = arranging.finding_aid(own.archive, own.session(Role.ARCHIVIST)).tree
    assert series not in tree.units


def test_a_record_is_placed_and_its_page_says_where_it_stands(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam = people[Role.ARCHIVIST]
    record, top = own.records["quarry.txt"], begin(own, tam, "QR")
    assert "Place in the finding aid none yet" in words(tam.get(f"/records/{record}").text)
    tam.get(f"/finding-aid/place/{record}")
    done = words(tam.follow(f"/finding-aid/place/{record}", unit=top).text)
    assert f"Place in the finding aid QR {TITLE}" in done
    assert f"QR {TITLE} fonds 1 record" in words(tam.get("/finding-aid").text)
    assert re.search(rf'href="/records/{record}"', tam.get(f"/finding-aid/{top}").text)
    refused = tam.post(f"/finding-aid/place/{record}", unit=top)
    assert refused.status_code == 422
    assert "That changes nothing." in words(refused.text)
    done = words(tam.follow(f"/finding-aid/place/{record}", act="take-out").text)
    assert "Place in the finding aid none yet" in done


def test_what_cannot_be_is_refused_with_its_form_as_it_was(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam = people[Role.ARCHIVIST]
    here = f"/finding-aid/{begin(own, tam, 'QX')}"
    version = re.search(r'name="seen" value="(\d+)">\s*<p><label for="own', tam.get(here).text)
    assert version
    for given, status in (
        ({"title": "Hers", "level": "fonds", "code": "a/b", "seen": version[1]}, 422),
        ({"title": "Hers", "level": "shelf", "code": "QX", "seen": version[1]}, 422),
        ({"title": "Hers", "level": "fonds", "code": "QX", "seen": "77"}, 409),
        ({"title": "Hers", "level": "fonds", "code": "QX", "seen": "x"}, 422),
    ):
        answer = tam.post(f"{here}/change", **given)
        assert answer.status_code == status
        assert 'value="Hers"' in answer.text
    again = tam.post("/finding-aid", title="Third", level="fonds", code="QX")
    assert again.status_code == 422
    assert 'value="Third"' in again.text
    long = tam.post(f"{here}/description", seen="0", note="x" * 10_001)
    assert long.status_code == 422
    assert long.text.count('aria-invalid="true"') == 1
    assert tam.get("/finding-aid/5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11").status_code == 404


def test_a_level_of_description_is_chosen_from_the_levels_of_the_standard(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, page = people[Role.ARCHIVIST], f"/records/{own.records['harbour.txt']}"
    form = tam.get(page).text
    listed = re.findall(r'<option value="(\w*)"', form.partition('id="isad-level-of-')[2])
    assert listed[:7] == ["", "fonds", "subfonds", "series", "subseries", "file", "item"]
    version = re.search(r'name="seen" value="(\d+)"', form)
    assert version
    given = {"level-of-description": "file", "seen": version[1]}
    assert "Level of description file" in words(tam.follow(f"{page}/description", **given).text)


def test_no_word_of_the_tree_is_left_outside_the_answers(own: Household) -> None:
    assert scan([own.archive.folder.path], [TITLE, SERIES, NOTE]) == []
