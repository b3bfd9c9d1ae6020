"""Everything an auditor does, with public keys only: nothing in here can open anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger import (
    LogKey,
    Policy,
    Stored,
    Tree,
    Verdict,
    newest,
    open_checkpoint,
    row_hash,
    signed_at,
    verify_consistency,
    verify_log,
)
from archive.model.provenance import Checkpoint, LedgerRow, LedgerTail
from archive.services.audit.published import verify_files
from archive.services.audit.stages import Progress, Stage, unheard
from archive.services.audit.stamps import (
    Authority,
    checkpoints,
    own_authorities,
    verify_stamps,
)
from archive.services.log_files import (
    CHECKPOINT,
    COSIGNED,
    SIGNED,
    LogFiles,
    every_key,
    log_keys,
)
from archive.services.log_files import Rows as PublishedRows

_PIN = "strongroom pinned checkpoint v1"
_REPORTED = 200  # entries between two reports of progress
EVERYTHING = (-(2**63), 2**63 - 1)
"""Every index that SQLite can hold, also those out of place."""


class Rows(PublishedRows, Protocol):
    """What verification reads: the ledger's rows of one catalog snapshot."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield every checkpoint as size and note, smallest first."""

    def opening_digests(self) -> dict[int, str]:
        """Return the SHA-256 (hex) of the sealed values beside each entry that has some."""


@runtime_checkable
class Quoting(Protocol):
    """Rows without most of the checkpoints: entries tell of those, and sealed values are away."""

    def quoted(self) -> frozenset[int]:
        """Return the sizes of the checkpoints that entries quote."""


class View(Protocol):
    """One consistent view of the catalog."""

    @property
    def ledger(self) -> Rows:
        """The ledger's rows."""


class Reader(Protocol):
    """A catalog, seen by an auditor."""

    def read(self) -> AbstractContextManager[View]:
        """Return one consistent view."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline; no field of it is confidential.

    `member` is the id of the member who signed, where it was looked up.
    """

    index: int
    time: str
    type: str
    object: str
    role: str
    key_id: str
    outcome: str
    links: dict[str, str]
    member: str | None = None


def verify(
    catalog: Reader,
    vkeys: Sequence[str],
    *,
    files: LogFiles | None = None,
    policy: Policy | None = None,
    signatures: bool = True,
    progress: Progress = unheard,
    authorities: Sequence[Authority] | None = None,
) -> Verdict:
    """Recompute the whole ledger offline and return what is wrong with it.

    With `files` the checkpoints, tiles, bundles and time-stamp tokens beside the catalog are
    compared with it; with a `policy` that asks for a quorum of witnesses, that many must have
    cosigned. `authorities` are those whose tokens are believed, by default the ones beside the
    archive.

    Without `signatures` only the structure is recomputed: entries, tree, checkpoints, but not what
    members say and sign in the entries.

    Raises:
        LedgerTampered: the log's public keys are not usable.
        ArchiveDamaged: the catalog file cannot be read.
    """
    keys = log_keys(vkeys)
    with catalog.read() as view:
        try:
            verdict = _verify(view.ledger, keys, signatures, progress, files)
        except LedgerTampered as error:
            verdict = Verdict()
            verdict.fail("unreadable", None, error.public_message)
    keys = verdict.keys or keys
    if files is not None:
        verify_files(files, keys, verdict, progress)
        known = _known(files, verdict) if authorities is None else authorities
        verify_stamps(files, keys, known, verdict)
        progress(Stage.TIMES, 1, 1)
    if files is not None and policy is not None and policy.quorum != "none":
        progress(Stage.WITNESSES, 1, 1)
        verify_quorum(_note(files, COSIGNED) or "", keys, policy, verdict)
    return verdict


def _known(files: LogFiles, verdict: Verdict) -> Sequence[Authority]:
    """Return the authorities beside the archive; a file of theirs that is no use is a finding."""
    try:
        return own_authorities(files)
    except InvalidValue as error:
        verdict.fail("authority", None, error.public_message)
        return ()


def _verify(
    rows: Rows,
    keys: Sequence[LogKey],
    signatures: bool,
    progress: Progress,
    files: LogFiles | None = None,
) -> Verdict:
    quoting = rows if isinstance(rows, Quoting) else None
    kept = (CHECKPOINT, COSIGNED) if quoting else (SIGNED, CHECKPOINT, COSIGNED)
    notes = {name: _note(files, name) for name in kept} if files else {}
    if files is not None:
        notes |= {f"stamps/{name}": note for name, note in checkpoints(files).items()}
    tail, signed = tail_of(rows), tuple(rows.checkpoints())
    return verify_log(
        Stored(_counted(rows.entries(*EVERYTHING), tail.size, progress), signed, tail),
        keys,
        openings=None if quoting else rows.opening_digests(),
        quoted=quoting.quoted() if quoting and signatures else frozenset(),
        outside={name: note for name, note in notes.items() if note is not None},
        signatures=signatures,
        told=lambda count: progress(Stage.CHECKPOINTS, count, len(signed)),
    )


def _counted(rows: Iterator[LedgerRow], total: int, progress: Progress) -> Iterator[LedgerRow]:
    """Yield the rows and tell how many; `total` is the log's own word, which may be wrong."""
    count = 0
    for row in rows:
        yield row
        count += 1
        if count % _REPORTED == 0:
            progress(Stage.ENTRIES, count, max(count, total))
    progress(Stage.ENTRIES, count, count)


def _note(files: LogFiles, name: str) -> str | None:
    """Return a kept checkpoint; one that is not text is like one that nobody signed."""
    try:
        return files.note(name)
    except LedgerTampered:
        return ""


def verify_quorum(note: str, keys: Sequence[LogKey], policy: Policy, verdict: Verdict) -> None:
    """Check that the log signed a checkpoint and that enough witnesses of a policy cosigned it."""
    try:
        head = open_checkpoint(note, keys)
    except LedgerTampered:
        verdict.fail("quorum", None, "no checkpoint was cosigned")
        return
    seen = set()
    for witness in policy.witnesses:
        try:
            if signed_at(note, witness.key) is not None:
                seen.add(witness.name)
        except LedgerTampered:
            # step 19: a line that names a witness is that witness's signature
            words = f"the cosignature of `{witness.name}` does not verify"
            verdict.fail("cosignature", head.size, words)
    # step 20: the witnesses that cosigned are a quorum of the policy
    if policy.satisfied(seen):
        verdict.cosigned = head.size
    else:
        verdict.fail("quorum", head.size, "too few witnesses of the policy cosigned")


def tail_of(rows: Rows) -> LedgerTail:
    """Return the stored tail; one that cannot be read is like none."""
    try:
        return rows.tail()
    except LedgerTampered:
        return LedgerTail(0, (), None)


def checkpoint(catalog: Reader) -> str:
    """Return the newest checkpoint, a C2SP signed note.

    Raises:
        LedgerTampered: the ledger has none.
    """
    with catalog.read() as view:
        note = view.ledger.tail().checkpoint_note
    if note is None:
        raise LedgerTampered
    return note


def keys_of_all_times(catalog: Reader, vkeys: Sequence[str]) -> tuple[LogKey, ...]:
    """Return the keys that the log has and had, to which `vkeys`, those of one time, lead.

    Raises:
        LedgerTampered: the ledger does not lead from them to those of another time.
    """
    with catalog.read() as view:
        return every_key(view.ledger, log_keys(vkeys))


def pin(catalog: Reader, vkeys: Sequence[str]) -> str:
    """Return what an auditor keeps outside: the log's newest keys and the newest checkpoint.

    Raises:
        LedgerTampered: the newest checkpoint is not signed by keys that `vkeys` lead to.
    """
    return _pinned(newest(keys_of_all_times(catalog, vkeys)), checkpoint(catalog))


def handover_pin(catalog: Reader, vkeys: Sequence[str]) -> str:
    """Return a pin of the newest keys with the checkpoint that the keys before them signed too.

    Whoever trusts the keys before takes up the newest ones with it.

    Raises:
        InvalidValue: the keys were never handed over.
        LedgerTampered: the ledger does not lead from `vkeys` to others.
    """
    with catalog.read() as view:
        keys = every_key(view.ledger, log_keys(vkeys))
        size = max(key.since for key in keys)
        note = view.ledger.checkpoint_at(size) if size else None
    if note is None:
        raise InvalidValue("The log has the keys that it began with.")
    return _pinned(newest(keys), note)


def _pinned(keys: Sequence[LogKey], note: str) -> str:
    open_checkpoint(note, keys)
    return "\n".join([_PIN, *(key.encode() for key in keys), "", note])


def parse_pin(text: str) -> tuple[tuple[str, ...], Checkpoint]:
    """Return the keys and the checkpoint of a pin.

    Raises:
        InvalidValue: that is not a pin.
        LedgerTampered: the pinned checkpoint is not signed by the pinned keys.
    """
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != _PIN:
        raise InvalidValue("That is not a pinned checkpoint.", hint="Make one with `audit pin`.")
    vkeys = tuple(lines[1:])
    return vkeys, open_checkpoint(note, log_keys(vkeys))


def extend(
    catalog: Reader,
    pinned: str,
    *,
    files: LogFiles | None = None,
    policy: Policy | None = None,
    progress: Progress = unheard,
) -> Verdict:
    """Verify the ledger with the pinned keys, and that it only grew since the pinned checkpoint.

    Keys that the pinned ones were handed over to are believed for what came later.

    `files` and `policy` are those of `verify`.

    Raises:
        InvalidValue: that is not a pin.
        LedgerTampered: the pin itself does not verify.
    """
    vkeys, old = parse_pin(pinned)
    verdict = verify(catalog, vkeys, files=files, policy=policy, progress=progress)
    with catalog.read() as view:
        tree = tree_of(view.ledger)
        note = tail_of(view.ledger).checkpoint_note
    if old.size > tree.size:
        verdict.fail("truncated", tree.size, "entries below the pinned checkpoint are gone")
    elif not _extends(old, tree, note, verdict.keys):
        verdict.fail("rewritten", old.size, "the ledger does not extend the pinned checkpoint")
    progress(Stage.PIN, 1, 1)
    return verdict


def _extends(old: Checkpoint, tree: Tree, note: str | None, keys: Sequence[LogKey]) -> bool:
    try:
        new = open_checkpoint(note or "", keys)
    except LedgerTampered:
        return False
    proof = tree.consistency(old.size)
    return verify_consistency(old.size, new.size, old.root, new.root, proof)


def tree_of(rows: Rows) -> Tree:
    """Return the tree over the stored entries."""
    return Tree(row_hash(row) for row in rows.entries(*EVERYTHING))
