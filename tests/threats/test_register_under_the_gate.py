"""T3: a register that changes while a copy is checked; nothing goes out against an older one."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from archive.errors import RecordNotFound, RegisterChanged, ReleaseBlocked
from archive.model.ids import RecordId
from archive.model.redaction import Leak
from archive.services.intake.ingest import Upload, ingest
from archive.services.reading_room import access
from archive.services.redaction import redact, releasing
from archive.services.sources import entries as sources
from archive.services.sources.entries import NewSource
from tests.small_archive import Small
from tests.threats.test_release_gate import put_up
from tests.unit.extraction.pdf_maker import Page, lines, make

SEAS = ("Azov", "Baffin", "Celtic", "Davis", "Euxine", "Flores", "Greenland", "Halmahera")


def sheet_of(small: Small, pages: bool) -> RecordId:
    """Return a record without pages, or a new one that has them."""
    if not pages:
        return small.kept
    sheet = make([Page(lines("They counted kettles.", 20, 90), (0, 0, 260, 120))])
    (report,) = ingest(small.archive, small.people["archivist"], [Upload("s.pdf", BytesIO(sheet))])
    assert report.record is not None
    return report.record


def registering(
    small: Small, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Leak, ...]]:
    """Register one of these names after each look of the gate; return what each look found."""
    real, looks = releasing.gate, list[tuple[Leak, ...]]()

    def then_register(*given: Any) -> tuple[Leak, ...]:
        looks.append(real(*given))
        if names:
            sources.register(small.archive, small.people["custodian"], NewSource(names.pop(0)))
        return looks[-1]

    monkeypatch.setattr(releasing, "gate", then_register)
    return looks


@pytest.mark.parametrize("pages", [False, True])
def test_a_register_that_changes_under_the_gate_has_the_copy_checked_again(
    small: Small, pages: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = sheet_of(small, pages)
    redact.propose(small.archive, small.people["archivist"], record)
    put_up(small, record)
    looks = registering(small, ["Maren Kalt", "Odd Vessel"], monkeypatch)
    redact.release(small.archive, small.people["archivist"], record)
    assert looks == [(), (), ()]
    assert "kettles" in access.show(small.archive, small.people["researcher"], record).text


@pytest.mark.parametrize("pages", [False, True])
def test_a_name_that_is_registered_under_the_gate_holds_the_copy_back(
    small: Small, pages: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = sheet_of(small, pages)
    redact.propose(small.archive, small.people["archivist"], record)
    put_up(small, record)
    looks = registering(small, ["kettles"], monkeypatch)
    with pytest.raises(ReleaseBlocked):
        redact.release(small.archive, small.people["archivist"], record)
    assert [bool(found) for found in looks] == [False, True]
    with pytest.raises(RecordNotFound):
        access.show(small.archive, small.people["researcher"], record)


def test_a_register_that_never_holds_still_lets_nothing_out(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    redact.propose(small.archive, small.people["archivist"], small.kept)
    put_up(small, small.kept)
    looks = registering(small, [f"{name} Kalt" for name in SEAS], monkeypatch)
    with pytest.raises(RegisterChanged):
        redact.release(small.archive, small.people["archivist"], small.kept)
    assert 1 < len(looks) < len(SEAS)
    with pytest.raises(RecordNotFound):
        access.show(small.archive, small.people["researcher"], small.kept)
