"""The ledger, measured against bare SHA-256 hashing of the same entries in the same run.

    python -m bench.ledger [--entries N] [--rounds N] [--folder DIR]

Prints processor time, the least of all rounds (a busy machine only ever adds to it). Each ratio
compares ways that took turns within one run: the floor hashes every entry once, as a leaf, and does
nothing else. "From memory" begins with the rows at hand, "from the catalog" reads them from SQLite,
the floor too; "files" are the tiles and entry bundles on the disk. pymerkle is measured where it is
installed, and syncs are counted where there is strace. Ratios of one run can be compared, times of
different runs cannot.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.catalog import Catalog
from archive.ledger import Log, Stored, canonical, verify_log
from archive.model.ids import new_uuid
from archive.model.provenance import Agent, EntryDraft, EventOutcome, EventType
from archive.services import audit
from bench import ledger_files
from keys.signing import Ed25519Signer, Ed25519Verifier, MlDsa44Signer, key_id

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PER_COMMIT = 256
MEMBER = Ed25519Signer.from_seed(bytes(32))
AGENT = Agent(key_id(MEMBER.public), "custodian")
EVERYTHING = (0, 2**62)


def _uuid(number: int) -> str:
    return new_uuid(hashlib.shake_128(number.to_bytes(8, "big")).digest)


def _founding() -> EntryDraft:
    links = {"role": AGENT.role, "kid": AGENT.key_id, "ed25519": MEMBER.public.hex()}
    return EntryDraft(EventType.ARCHIVE_CREATED, _uuid(0), EventOutcome.SUCCESS, links, {})


def _event(number: int) -> EntryDraft:
    about = number - number % 3  # three events about each record
    digest = hashlib.sha256(number.to_bytes(8, "big")).hexdigest()
    return EntryDraft(EventType.VIEW, _uuid(about), EventOutcome.SUCCESS, {}, {"purpose": digest})


def _fill(catalog: Catalog, log: Log, entries: int) -> float:
    """Write the ledger and return the processor seconds that appending took."""
    with catalog.write() as tx:
        log.append(tx.ledger, [_founding()], AGENT, MEMBER, now=NOW)
    spent = 0.0
    for start in range(1, entries, PER_COMMIT):
        events = [_event(number) for number in range(start, min(start + PER_COMMIT, entries))]
        begin = time.process_time()
        with catalog.write() as tx:
            log.append(tx.ledger, events, AGENT, MEMBER, now=NOW)
        spent += time.process_time() - begin
    return spent


def _least(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - begin)
    return best


def _structure(catalog: Catalog, log: Log, rounds: int) -> dict[str, float]:
    with catalog.read() as view:
        rows = list(view.ledger.entries(*EVERYTHING))
        checkpoints, tail = tuple(view.ledger.checkpoints()), view.ledger.tail()
    bodies = [row.body for row in rows]
    sha256 = hashlib.sha256

    def read_and_hash() -> None:
        with catalog.read() as view:
            for row in view.ledger.entries(*EVERYTHING):
                sha256(b"\0" + row.body).digest()

    def structure() -> None:
        stored = Stored(rows, checkpoints, tail)
        assert verify_log(stored, log.keys, signatures=False).ok

    return _least(
        {
            "floor, from memory": lambda: [sha256(b"\0" + body).digest() for body in bodies],
            "structure, from memory": structure,
            "floor, from the catalog": read_and_hash,
            "structure, from the catalog": lambda: audit.verify(
                catalog, log.vkeys, signatures=False
            ),
        },
        rounds,
    )


def _signing(catalog: Catalog, entries: int) -> float:
    """Return the processor seconds that the bare signatures of as many entries take."""
    with catalog.read() as view:
        body = next(iter(view.ledger.entries(1, 2))).body
    message = canonical({k: v for k, v in json.loads(body).items() if k != "sig"})
    begin = time.process_time()
    for _ in range(entries):
        MEMBER.sign(message)
    return time.process_time() - begin


def _checks(entries: int) -> float:
    """Return the processor seconds that bare checks of as many signatures take.

    Each is of a message of its own: the same one again is cheaper, since the processor then
    foresees every branch.
    """
    some = min(entries, 20_000)
    messages = [hashlib.shake_256(number.to_bytes(8, "big")).digest(540) for number in range(some)]
    signed = [(message, MEMBER.sign(message)) for message in messages]
    verifier = Ed25519Verifier(MEMBER.public)
    begin = time.process_time()
    for message, signature in signed:
        verifier.verify(message, signature)
    return (time.process_time() - begin) * entries / some


def _report(entries: int, times: dict[str, float], appending: float, signing: float) -> None:
    each = 1e6 / entries  # microseconds for each entry
    print(f"{entries} entries, {PER_COMMIT} in each commit; microseconds of processor time each")
    for name, spent in times.items():
        floor = times[_floor_of(name)]
        print(f"  {name:30} {spent * each:8.2f}   {spent / floor:6.2f} x floor")
    print(
        f"  {'append, durable':30} {appending * each:8.2f}   {appending / signing:6.2f} x signing"
    )


def _floor_of(name: str) -> str:
    if name.startswith("files") or name in ("pymerkle", "bare checks"):
        return "files: bare leaves"
    return "floor, from the catalog" if "catalog" in name else "floor, from memory"


def _targets(
    entries: int,
    times: dict[str, float],
    appending: tuple[float, float],
    proofs: tuple[float, float],
    syncs: float | None,
) -> None:
    """Print every figure that the ledger is to reach, with its limit."""
    spent, signing = appending
    each = 1e6 / entries
    bare, audit = times["files: bare leaves"], times["files: structure, from disk"]
    checking = times["full, from the catalog"] - times["structure, from the catalog"]
    signatures = checking * each
    lines = [
        ("structure from disk / bare SHA-256 of its leaves", audit / bare, "at most 1.6"),
        ("  / bare SHA-256 of leaves and nodes", audit / times["files: bare leaves and nodes"], ""),
        ("with a signature each, CPU-s per million", audit * each + signatures, "at most 60"),
        ("  bare signature checks, CPU-s per million", times["bare checks"] * each, ""),
        ("appended a second, signed by the member", entries / spent, ""),
        ("  without making that signature", entries / (spent - signing), "at least 30,000"),
        ("  and with checking it", entries / (spent - signing + checking), "at least 10,000"),
        ("inclusion proof, cold, us", proofs[0], "at most 300"),
        ("inclusion proof, warm, us", proofs[1], "at most 30"),
    ]  # fmt: skip
    if "pymerkle" in times:
        lines.append(("pymerkle / structure from disk", times["pymerkle"] / audit, "at least 8"))
    if syncs is not None:
        lines.append(("syncs for a single event", syncs, "at most 2"))
    for words, figure, limit in lines:
        print(f"{words:50} {figure:12,.2f}  {limit}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    log = Log(
        "strongroom.example/bench",
        (Ed25519Signer.from_seed(bytes(range(32))), MlDsa44Signer.from_seed(bytes(range(32)))),
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        catalog = Catalog.create(Path(folder) / "catalog.sqlite")
        appending = _fill(catalog, log, options.entries)
        signing = _signing(catalog, options.entries)
        with catalog.read() as view:
            bodies = [row.body for row in view.ledger.entries(*EVERYTHING)]
        files = ledger_files.write(Path(folder), bodies)
        times = _least(ledger_files.ways(files, bodies), options.rounds)
        proofs = ledger_files.proofs(files, options.entries, options.rounds)
        if (spent := ledger_files.pymerkle(bodies)) is not None:
            times["pymerkle"] = spent
        del bodies
        times["bare checks"] = _checks(options.entries)
        times |= _structure(catalog, log, options.rounds)
        full = {"full, from the catalog": lambda: audit.verify(catalog, log.vkeys)}
        times |= _least(full, min(options.rounds, 3))
        catalog.close()
        syncs = ledger_files.syncs(Path(folder))
    _report(options.entries, times, appending, signing)
    _targets(options.entries, times, (appending, signing), proofs, syncs)


if __name__ == "__main__":
    main()
