"""T4: one byte of a row, tile, bundle or checkpoint that is changed, dropped, repeated or moved."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import IntegrityError, InvalidValue, LedgerTampered
from archive.model.provenance import EventType
from archive.services import audit
from tests.catalog_file import by_hand
from tests.unit.ledger.ledgers import IRIS, NOOR, PAVEL, Ledger, disabled, draft, joined, uuid

PLACES = int(os.environ.get("LEDGER_BYTES", "12"))
"""Places that are tried in each file; with a large number every byte has its turn."""


def other(data: bytes, place: int, way: str) -> bytes:
    """Return the bytes with one of them changed, dropped, repeated or moved by one."""
    one, rest = data[place : place + 1], data[place + 1 :]
    if way == "changed":
        return data[:place] + bytes([one[0] ^ 1]) + rest
    if way == "dropped":
        return data[:place] + rest
    if way == "repeated":
        return data[:place] + one + one + rest
    return data[:place] + rest[:1] + one + rest[1:]


def places(data: bytes, way: str) -> Iterator[int]:
    chosen = random.Random(len(data)).sample(range(len(data)), min(PLACES, len(data)))
    return (at for at in chosen if other(data, at, way) != data)


WAYS = ("changed", "dropped", "repeated", "moved")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bytes")
    ledger = Ledger(folder / "ledger.sqlite").found()
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(300)])
    ledger.write(NOOR, draft(EventType.VIEW, "record 1"))
    ledger.publish()
    ledger.files.keep_signed(audit.checkpoint(ledger.catalog))
    ledger.close()
    return folder


def copy_of(written: Path, place: Path) -> Ledger:
    shutil.copytree(written, place)
    return Ledger(place / "ledger.sqlite")


@pytest.mark.parametrize("way", WAYS)
def test_every_file_of_the_ledger_is_held(written: Path, tmp_path: Path, way: str) -> None:
    ledger = copy_of(written, tmp_path / "copy")
    named = [one for one in sorted(ledger.files.path.rglob("*")) if one.is_file()]
    assert len(named) == 7
    assert ledger.verify(files=ledger.files).ok
    for path in named:
        data = path.read_bytes()
        for place in places(data, way):
            path.write_bytes(other(data, place, way))
            found = ledger.verify(files=ledger.files, signatures=False).failures
            assert found, (path.name, place, way)
            if "tile" in path.parts:
                name = path.relative_to(ledger.files.path).as_posix()
                assert any(name in one.message for one in found), (name, found)
        path.write_bytes(data)
    ledger.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("table", "key", "column"), [
    ("ledger_entries", "entry_index", "body"),
    ("ledger_entries", "entry_index", "leaf_hash"),
    ("checkpoints", "size", "note"),
    ("ledger_frontier", "id", "hashes"),
])  # fmt: skip
def test_every_byte_of_a_row_is_held(
    written: Path, tmp_path: Path, way: str, table: str, key: str, column: str
) -> None:
    ledger = copy_of(written, tmp_path / "copy")
    with by_hand(ledger.path) as db:
        rows = db.execute(f"select {key}, {column} from {table} order by {key}").fetchall()
    name, value = rows[-1]
    data = value.encode() if isinstance(value, str) else value
    for place in places(data, way):
        changed = other(data, place, way)
        new = changed.decode("utf-8", "replace") if isinstance(value, str) else changed
        with by_hand(ledger.path) as db:
            db.execute(f"update {table} set {column} = ? where {key} = ?", (new, name))
        try:
            assert not ledger.verify().ok, (place, way)
        except IntegrityError:
            continue
    ledger.close()


@pytest.mark.parametrize("way", WAYS)
def test_every_byte_of_a_pin_is_held(written: Path, tmp_path: Path, way: str) -> None:
    ledger = copy_of(written, tmp_path / "copy")
    pin = ledger.pin()
    data = pin.encode()
    for place in places(data, way):
        text = other(data, place, way).decode("utf-8", "replace")
        with pytest.raises((InvalidValue, LedgerTampered)):
            audit.extend(ledger.catalog, text)
    ledger.close()


@pytest.mark.parametrize("way", WAYS)
def test_every_byte_of_the_logs_public_keys_is_held(
    written: Path, tmp_path: Path, way: str
) -> None:
    ledger = copy_of(written, tmp_path / "copy")
    vkeys = ledger.log.vkeys
    for number, vkey in enumerate(vkeys):
        data = vkey.encode()
        for place in places(data, way):
            changed = other(data, place, way).decode("utf-8", "replace")
            given = [*vkeys[:number], changed, *vkeys[number + 1 :]]
            try:
                assert not audit.verify(ledger.catalog, given, signatures=False).ok, (place, way)
            except LedgerTampered:
                continue
    ledger.close()


def test_a_signature_by_a_key_that_was_revoked_is_found(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite").found()
    ledger.write(IRIS, disabled(NOOR))
    ledger.write(NOOR, draft(EventType.VIEW, "record 1"))
    assert ledger.codes() == {"agent"}
    ledger.write(IRIS, joined(NOOR))
    assert ledger.codes() == {"agent", "member-key"}
    told = audit.history(ledger.catalog, ledger.log.vkeys, uuid("record 1"))
    assert {one.code for one in told.verdict.failures} == {"agent", "member-key"}
    ledger.close()


def test_an_entry_of_the_greatest_length_is_kept_proven_and_held(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite").found()
    ledger.write(NOOR, draft(EventType.VIEW, "small"))
    room = 65_535 - len(ledger.bodies()[-1]) - len('"a":""')
    ledger.write(NOOR, draft(EventType.VIEW, "large", a="x" * (room - 20)))
    longest = room - 20 + 65_535 - len(ledger.bodies()[-1])
    ledger.write(NOOR, draft(EventType.VIEW, "larger", a="x" * longest))
    assert len(ledger.bodies()[-1]) == 65_535
    (proof,) = ledger.prove(uuid("larger"))
    assert len(proof.body) == 65_535
    assert ledger.verify(files=ledger.files).ok
    with pytest.raises(Exception, match="65,535"):
        ledger.write(NOOR, draft(EventType.VIEW, "larger", a="x" * (longest + 1)))
    assert ledger.verify().ok
    ledger.close()
