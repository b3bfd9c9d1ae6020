"""Tiles and entry bundles: names, growth in pieces, proofs from files, damage that is named."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import LedgerBehind, LedgerTampered
from archive.ledger import Tree, leaf_hash, verify_consistency, verify_inclusion
from archive.ledger.tiles import (
    TileTree,
    bundle_leaves,
    bundle_name,
    encode_bundle,
    first_new,
    new_tiles,
    parse_bundle,
    tile_name,
    verify_tiles,
)
from archive.model.provenance import EventType
from tests.unit.ledger.ledgers import NOOR, PAVEL, Ledger, draft, uuid

SIZES = (0, 1, 2, 255, 256, 257, 300, 511, 512, 600, 65_536, 65_537, 66_000)


def body(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()[: 1 + number % 32]


class Disk(dict[str, bytes]):
    """Files in memory."""

    def read(self, name: str) -> bytes:
        """Return a file as `LogFiles.read` does."""
        try:
            return self[name]
        except KeyError:
            raise LedgerTampered from None

    def grow(self, old: int, size: int) -> None:
        """Add what a log of `size` entries has."""
        bodies = (body(number) for number in range(first_new(old), size))
        self.update(dict(new_tiles(self.read, old, size, bodies)))

    def findings(self, size: int) -> tuple[bytes, list[tuple[str, int | None]]]:
        """Verify everything."""
        found: list[tuple[str, int | None]] = []
        return verify_tiles(self.read, size, lambda code, at, _: found.append((code, at))), found


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (tile_name(0, 0), "tile/0/000"),
        (tile_name(3, 1234067), "tile/3/x001/x234/067"),
        (tile_name(1, 17, 12), "tile/1/017.p/12"),
        (bundle_name(1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_files_are_named_as_in_the_specification(name: str, path: str) -> None:
    assert name == path


def test_the_tiles_of_70000_entries_are_those_that_the_specification_counts() -> None:
    disk = Disk()
    disk.grow(0, 70_000)
    full = [name for name in disk if name.startswith("tile/0/") and ".p/" not in name]
    assert len(full) == 273
    wanted = {tile_name(0, 273, 112), tile_name(1, 0), tile_name(1, 1, 17), tile_name(2, 0, 1)}
    assert wanted <= set(disk)
    assert {len(disk[name]) for name in full} == {8192}


def test_a_log_that_grew_in_pieces_has_the_files_of_one_that_was_written_at_once() -> None:
    grown = Disk()
    for old, size in itertools.pairwise(SIZES):
        grown.grow(old, size)
        at_once = Disk()
        at_once.grow(0, size)
        assert {name: grown[name] for name in at_once} == dict(at_once)


@pytest.mark.parametrize("size", SIZES[1:])
def test_proofs_from_tiles_are_those_of_the_tree(size: int) -> None:
    disk = Disk()
    disk.grow(0, size)
    leaves = [leaf_hash(body(number)) for number in range(size)]
    tree, tiles = Tree(leaves), TileTree(disk.read, size)
    assert tiles.root() == tree.root() == disk.findings(size)[0]
    for index in {0, size // 2, size - 1}:
        proof = tiles.inclusion(index)
        assert proof == tree.inclusion(index)
        assert verify_inclusion(leaves[index], index, size, proof, tree.root())
    for old in {1, size // 3 or 1, size}:
        proof = tiles.consistency(old)
        assert verify_consistency(old, size, tree.root(old), tree.root(), proof)
        assert tiles.root(old) == tree.root(old)


def test_any_damage_to_any_file_is_named() -> None:
    rng = random.Random(8)
    honest = Disk()
    honest.grow(0, 1_100)
    for name, data in honest.items():
        for damaged in (_flipped(data, rng), data[:-1], data + b"\0", data[::-1], b""):
            _, found = Disk(honest | {name: damaged}).findings(1_100)
            assert "tile" in {code for code, _ in found} or "entries" in name
            assert found
        gone = Disk(honest)
        del gone[name]
        assert gone.findings(1_100)[1]
    assert honest.findings(1_100)[1] == []


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def test_an_entry_of_the_greatest_length_goes_into_a_bundle() -> None:
    bodies = [b"", b"a" * 65_535, b"b"]
    assert parse_bundle(encode_bundle(bodies), 3) == bodies
    for wrong in (2, 4):
        with pytest.raises(LedgerTampered):
            parse_bundle(encode_bundle(bodies), wrong)


@pytest.mark.parametrize("read", [parse_bundle, bundle_leaves])
def test_a_bundle_that_is_cut_or_longer_anywhere_is_refused(
    read: Callable[[bytes, int], list[bytes]],
) -> None:
    bodies = [b"ab", b"", b"\0\1", b"\0" * 300, b"", b"\0"]
    whole = encode_bundle(bodies)
    assert len(read(whole, len(bodies))) == len(bodies)
    for width in range(1, len(bodies) + 2):
        for data in (*(whole[:end] for end in range(len(whole))), whole + b"\0"):
            if data == encode_bundle(bodies[:width]):
                continue
            with pytest.raises(LedgerTampered):
                read(data, width)


def files_of(ledger: Ledger) -> dict[str, bytes]:
    top = ledger.files.path
    return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}


def test_a_ledger_is_published_and_grows_without_a_file_being_changed(ledger: Ledger) -> None:
    ledger.publish()
    for count in (200, 60, 1, 600):
        ledger.write(PAVEL, *[draft(EventType.INGESTION, f"r {count} {n}") for n in range(count)])
        before = {k: v for k, v in files_of(ledger).items() if k.startswith("tile/")}
        head = ledger.publish()
        after = files_of(ledger)
        assert all(after[name] == data for name, data in before.items() if ".p/" not in name)
        assert head.size == TileTree(ledger.files.read, head.size).size
        assert ledger.verify(files=ledger.files).ok
    assert ledger.publish() == head


def test_a_doctored_file_beside_the_catalog_is_found_and_named(ledger: Ledger) -> None:
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(300)])
    ledger.publish()
    top = ledger.files.path
    for path in [p for p in top.rglob("*") if p.is_file()]:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        verdict = ledger.verify(files=ledger.files)
        assert {f.code for f in verdict.failures} & {"tile", "bundle", "kept", "published"}
        name = str(path.relative_to(top))
        assert any(name in f.message for f in verdict.failures) or "published" in {
            f.code for f in verdict.failures
        }
        path.write_bytes(data)
    assert ledger.verify(files=ledger.files).ok


def test_an_older_catalog_is_behind_what_was_published_and_signed(ledger: Ledger) -> None:
    import shutil

    old = ledger.path.with_name("old.sqlite")
    ledger.close()
    shutil.copy(ledger.path, old)
    again = Ledger(ledger.path, ledger.log)
    again.now = ledger.now
    done = again.write(NOOR, draft(about="one more"))
    again.publish()
    again.files.keep_signed(done.note)
    again.close()
    back = Ledger(old, ledger.log)
    with back.catalog.read() as view, pytest.raises(LedgerBehind):
        back.files.require_not_behind(view.ledger, back.log.keys)
    with pytest.raises(LedgerBehind):
        back.publish()
    codes = {f.code for f in back.verify(files=back.files).failures}
    assert codes == {"behind"}
    back.write(NOOR, draft(about="another"))
    with back.catalog.read() as view, pytest.raises(LedgerBehind):
        back.files.require_not_behind(view.ledger, back.log.keys)
    back.write(NOOR, draft(about="and another"))
    with back.catalog.read() as view, pytest.raises(LedgerBehind):
        back.files.require_not_behind(view.ledger, back.log.keys)
    with pytest.raises(LedgerBehind):
        back.publish()
    assert {f.code for f in back.verify(files=back.files).failures} == {"split"}
    back.close()


def test_a_smaller_checkpoint_never_replaces_a_larger_one(ledger: Ledger) -> None:
    small = ledger.pin().partition("\n\n")[2]
    large = ledger.write(NOOR, draft()).note
    ledger.files.keep_signed(large)
    ledger.files.keep_signed(small)
    assert ledger.files.note("signed") == large


def test_what_a_crash_left_half_written_is_written_anew(ledger: Ledger, tmp_path: Path) -> None:
    ledger.publish()
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(300)])
    torn = ledger.files.path / tile_name(0, 0)
    torn.write_bytes(b"torn")
    (ledger.files.path / "tile/entries/000").write_bytes(b"")
    ledger.publish()
    assert ledger.verify(files=ledger.files).ok


def test_proofs_are_files_that_stand_by_themselves(ledger: Ledger) -> None:
    from archive.services import audit

    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(300)])
    ledger.write(NOOR, draft(about="record 4"))
    proofs = ledger.prove(uuid("record 4"))
    assert [proof.index for proof in proofs] == [9, 305]
    for proof in proofs:
        found = audit.check_proof(proof.encode(), ledger.log.keys, None)
        assert found.verdict.ok
        assert found.entry is not None
        assert found.entry.object == uuid("record 4")
        assert proof.body == ledger.bodies()[proof.index]
    assert [proof.index for proof in ledger.prove("7")] == [7]


def test_any_change_to_a_proof_is_refused_and_named(ledger: Ledger) -> None:
    from archive.services import audit

    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(20)])
    (proof,) = ledger.prove("9")
    text = proof.encode()
    known = {"proof", "checkpoint", "inclusion", "malformed"}
    for place in range(0, len(text), 37):
        other = "A" if text[place] != "A" else "B"
        found = audit.check_proof(text[:place] + other + text[place + 1 :], ledger.log.keys, None)
        assert {f.code for f in found.verdict.failures} & known, place
    for cut in (0, 10, len(text) // 2, len(text) - 1):
        assert not audit.check_proof(text[:cut], ledger.log.keys, None).verdict.ok
