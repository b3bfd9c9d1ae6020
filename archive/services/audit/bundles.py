"""Evidence bundles: what anybody needs to check the history of some records, in one bag.

Made from the ledger's rows and files with public keys alone; opened fields are handed in. The
layout is in docs/formats/evidence-bundle.md.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from archive import __version__
from archive.errors import LedgerTampered, RecordNotFound
from archive.ledger import (
    EntryProof,
    LogKey,
    TileTree,
    jcs,
    leaf_hash,
    open_checkpoint,
    parse_entry,
    unverified_checkpoint,
    verify_inclusion,
)
from archive.ledger.stamp import Stamp
from archive.model.provenance import Checkpoint, EventType
from archive.preservation import Opened, Step, bag, premis, prov_json
from archive.preservation.page import Summary, page
from archive.services.audit.checking import Rows
from archive.services.audit.stamps import Authority, stamps
from archive.services.log_files import CHECKPOINT, COSIGNED, LogFiles, handovers

FORMAT = "strongroom evidence bundle v1"
SOFTWARE = f"strongroom {__version__}"
MEMBERSHIP = (
    EventType.ARCHIVE_CREATED,
    EventType.MEMBER_ADDED,
    EventType.MEMBER_DISABLED,
    EventType.MEMBER_ROLE_CHANGED,
)
_MARKS = tuple(f'"type":"{kind.value}"'.encode() for kind in MEMBERSHIP)

REDACTIONS = "redactions/"
"""Folder of a bundle with the proofs of reading copies that are out."""

Choose = Callable[[list[Step]], list[Opened]]
"""Opens what is to be opened of the steps that a bundle tells."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose ledger a bundle is of: the archive, its log's keys, the authorities it trusts."""

    archive: str
    vkeys: Sequence[str]
    keys: Sequence[LogKey]
    authorities: Sequence[Authority]


def make(
    rows: Rows,
    files: LogFiles,
    whose: Whose,
    records: Sequence[str],
    choose: Choose,
    redactions: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files of a bundle about some records, by path. The ledger must be published.

    `redactions` holds, by record, the proofs of reading copies that are out.

    Raises:
        RecordNotFound: the published ledger tells nothing of one of the records.
        LedgerTampered: the entries are not those of the published checkpoint.
    """
    note = files.note(CHECKPOINT) or ""
    head = open_checkpoint(note, whose.keys)
    tree = TileTree(files.read, head.size)
    if tree.root() != head.root:
        raise LedgerTampered("The tiles are not those of a checkpoint.")
    bodies = _about(rows, records, head.size)
    steps = [Step(index, parse_entry(body)) for index, body in sorted(bodies.items())]
    passed_on = [one for one in handovers(rows, whose.keys) if one[0] < head.size]
    members = dict(_membership(rows, max(bodies.keys() | {index for index, _ in passed_on})))
    everything = {**bodies, **members, **dict(passed_on)}
    heads, beside = _heads(files, tree, head, whose, bodies)
    for size in (index + 1 for index, _ in passed_on):
        beside[f"handovers/{size}"] = (rows.checkpoint_at(size) or "").encode()
        heads.append(_handover(tree, size))
    opened = choose(steps)
    facts = {
        "format": FORMAT,
        "software": SOFTWARE,
        "archive": whose.archive,
        "origin": head.origin,
        "vkeys": list(whose.vkeys),
        "head": f"checkpoints/{head.size}",
        "records": list(records),
        "entries": sorted(bodies),
        "members": sorted(everything.keys() - bodies.keys()),
        "openings": [asdict(one) for one in opened],
        "heads": heads,
    }
    payload = {"bundle.json": jcs(facts), f"checkpoints/{head.size}": note.encode()}
    payload |= {redaction_name(one): data for one, data in (redactions or {}).items()}
    for index in sorted(everything):
        payload[f"entries/{index}.tlog-proof"] = _proof(tree, head, note, index, everything[index])
    payload |= {**beside, **derived(facts, note, beside, steps, opened)}
    return bag(payload, {"External-Identifier": head.origin, "Bag-Software-Agent": SOFTWARE})


def _handover(tree: TileTree, size: int) -> dict[str, object]:
    growth = _growth(tree, size)
    return {"size": size, "checkpoint": f"handovers/{size}", "consistency": growth}


def _about(rows: Rows, records: Sequence[str], size: int) -> dict[int, bytes]:
    """Return the entries about records among the first `size`, by index."""
    bodies: dict[int, bytes] = {}
    for record in records:
        mine = {index: body for index, body in rows.about(record) if index < size}
        if not mine:
            raise RecordNotFound
        bodies |= mine
    return bodies


def redaction_name(record: str) -> str:
    """Return the path, in a bundle, of the proof of a record's reading copy."""
    return f"{REDACTIONS}{record}.json"


def derived(
    facts: dict[str, Any],
    note: str,
    beside: dict[str, bytes],
    steps: Sequence[Step],
    opened: Sequence[Opened],
) -> dict[str, bytes]:
    """Return the files of a bundle that follow from the others: PREMIS, PROV, page, program."""
    head = unverified_checkpoint(note)
    tokens = [one for one in facts["heads"] if "token" in one]
    cosigned = [one["checkpoint"] for one in facts["heads"] if "token" not in one]
    lines = sum(_others(beside.get(name, b""), head.origin) for name in cosigned)
    summary = Summary(
        archive=facts["archive"],
        origin=head.origin,
        vkeys=facts["vkeys"],
        size=head.size,
        root=head.root.hex(),
        witnesses=lines,
        stamps=[(one["authority"], one["size"]) for one in tokens],
    )
    program = resources.files("archive.preservation").joinpath("verifier.py").read_bytes()
    return {
        "premis.xml": premis(head.origin, steps, opened),
        "prov.json": prov_json(steps, opened),
        "README.html": page(summary, steps, opened),
        "verify.py": program,
    }


def _others(note: bytes, origin: str) -> int:
    """Return how many signature lines of a checkpoint are not the log's."""
    text = note.decode(errors="replace")
    return text.count("\n\u2014 ") - text.count(f"\n\u2014 {origin} ")


def _membership(rows: Rows, last: int) -> Iterator[tuple[int, bytes]]:
    for row in rows.entries(0, last + 1):
        if any(mark in row.body for mark in _MARKS):
            yield row.index, row.body


def _proof(tree: TileTree, head: Checkpoint, note: str, index: int, body: bytes) -> bytes:
    hashes = tree.inclusion(index)
    if not verify_inclusion(leaf_hash(body), index, head.size, hashes, head.root):
        raise LedgerTampered(f"Entry {index} is not the one in the tiles.")
    return EntryProof(index, body, tuple(hashes), note).encode().encode()


def _heads(
    files: LogFiles, tree: TileTree, head: Checkpoint, whose: Whose, bodies: dict[int, bytes]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Return the older checkpoints that a bundle holds, and the files that belong to them."""
    heads: list[dict[str, Any]] = []
    beside: dict[str, bytes] = {}
    cosigned = files.note(COSIGNED)
    if cosigned is not None and unverified_checkpoint(cosigned).size <= head.size:
        size = unverified_checkpoint(cosigned).size
        name = f"cosigned/{size}"
        beside[name] = cosigned.encode()
        heads.append({"size": size, "checkpoint": name, "consistency": _growth(tree, size)})
    trusted = {one.name: one.trusted for one in whose.authorities}
    for file, stamp in _useful(files, head.size, trusted, bodies):
        size = unverified_checkpoint(stamp.note).size
        one: dict[str, Any] = {
            "size": size,
            "authority": stamp.authority,
            "checkpoint": f"times/{size}.checkpoint",
            "token": f"times/{file}",
            "trusted": f"times/{stamp.authority}.pem",
            "consistency": _growth(tree, size),
        }
        beside[one["checkpoint"]] = stamp.note.encode()
        beside[one["token"]] = stamp.reply
        beside[one["trusted"]] = trusted[stamp.authority]
        heads.append(one)
    return heads, beside


def _growth(tree: TileTree, size: int) -> list[str]:
    return [base64.b64encode(one).decode() for one in tree.consistency(size)]


def _useful(
    files: LogFiles, size: int, trusted: dict[str, bytes], bodies: dict[int, bytes]
) -> Iterator[tuple[str, Stamp]]:
    """Yield, for each authority, the first token that covers each of the entries."""
    kept = [(name, one) for name, one in stamps(files) if one is not None]
    for authority in trusted:
        mine = [one for one in kept if one[1].authority == authority]
        chosen = {}
        for index in bodies:
            for name, stamp in mine:
                if index < unverified_checkpoint(stamp.note).size <= size:
                    chosen[name] = stamp
                    break
        yield from sorted(chosen.items())
