"""Picks the implementations and returns one `Archive`; founds new ones."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from archive.catalog import Catalog
from archive.errors import ArchiveError, BindingMismatch
from archive.extraction import Sandbox
from archive.ledger import Log
from archive.model.access import Compartment, Member, Role
from archive.model.ids import CollectionId, MemberId, RandomBytes, new_uuid
from archive.services.log_files import LogFiles, log_keys
from archive.services.members.administration import Founding, found
from archive.services.members.passphrases import check_passphrase
from archive.services.membership import name_tag, normal_name
from archive.services.parts import Archive, Clock
from archive.services.unlocked import make_log
from archive.services.virus import Clamd
from archive.storage import ArchiveFolder, LocalStore
from keys.identity import HybridIdentity
from keys.member import MemberSecret
from keys.primitives import self_test
from keys.profiles import Argon2Profile

_ORIGIN = "strongroom.example/"


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class NewArchive:
    """What `init` hands out once: the recovery sheet must be printed and kept off the machine."""

    archive_id: str
    member: str
    checkpoint: str
    recovery_sheet: str


def open_archive(
    folder: Path,
    *,
    random: RandomBytes = os.urandom,
    ids: RandomBytes = os.urandom,
    clock: Clock = utc_now,
    processes: int = 1,
    clamd: str | None = None,
    behind: bool = False,
) -> Archive:
    """Open the archive in `folder`; what a crash left half-done is cleaned up or finished.

    `processes` is how many may be forked to work on one ingest; a program with threads leaves it
    at 1. `clamd` is the socket path or `HOST:PORT` of the virus scanner that sees what arrives.
    With `behind` an archive is opened for an auditor although its ledger lacks what was signed.

    Raises:
        InvalidValue: that is not the address of a virus scanner.
        NoArchive: there is none.
        NewerArchive: it was written by a newer version.
        ArchiveDamaged: its catalog or public file is not what was written.
        LedgerBehind: its ledger lacks entries that the log signed or a witness cosigned.
        LedgerTampered: a checkpoint beside the catalog is not signed by the log.
    """
    self_test()
    scanner = None if clamd is None else Clamd.at(clamd)
    place = ArchiveFolder.open(folder)
    store = LocalStore(place.objects)
    store.recover()
    catalog = Catalog.open(place.catalog)
    try:
        collection = _collection(place, catalog, behind=behind)
    except ArchiveError:
        catalog.close()
        raise
    return Archive(
        folder=place,
        store=store,
        catalog=catalog,
        sandbox=Sandbox,
        collection=collection,
        origin=place.origin,
        random=random,
        ids=ids,
        clock=clock,
        connect=partial(_connect, place),
        processes=processes,
        scanner=scanner,
    )


def _collection(place: ArchiveFolder, catalog: Catalog, *, behind: bool) -> CollectionId:
    """Return the archive's collection, once the ledger has everything that was signed."""
    with catalog.read() as snapshot:
        row = snapshot.collections.by_tag(name_tag(place.archive_id, "collection", "main"))
        if row is None:
            raise BindingMismatch
        if not behind:
            LogFiles(place).require_whole(snapshot.ledger, log_keys(place.vkeys))
    return row.id


def _connect(place: ArchiveFolder) -> tuple[LocalStore, Catalog]:
    return LocalStore(place.objects), Catalog.open(place.catalog)


def init_archive(
    folder: Path,
    member_name: str,
    passphrase: bytearray,
    profile: Argon2Profile,
    *,
    alone: bool = False,
    random: RandomBytes = os.urandom,
    ids: RandomBytes = os.urandom,
    clock: Clock = utc_now,
) -> NewArchive:
    """Found an archive with its first custodian; with `alone` it takes one person to release.

    Raises:
        ArchiveExists: the folder is not empty.
        WeakPassphrase: the passphrase is refused.
        InvalidValue: the member name is not usable.
    """
    self_test()
    name = normal_name(member_name)
    check_passphrase(passphrase, (name,))
    archive_id = new_uuid(ids)
    seed = random(32)
    log = make_log(_ORIGIN + archive_id, seed)
    place = ArchiveFolder.create(
        folder, archive_id=archive_id, origin=log.origin, vkeys=log.vkeys, created=clock()
    )
    with_catalog = Archive(
        folder=place,
        store=LocalStore(place.objects),
        catalog=Catalog.create(place.catalog),
        sandbox=Sandbox,
        collection=CollectionId(new_uuid(ids)),
        origin=log.origin,
        random=random,
        ids=ids,
        clock=clock,
        connect=partial(_connect, place),
    )
    founding = replace(_founding(name, seed, log, random=random, ids=ids), alone=alone)
    try:
        sheet, checkpoint = found(with_catalog, founding, passphrase, profile)
    finally:
        with_catalog.close()
    return NewArchive(archive_id, name, checkpoint, sheet.render())


def _founding(
    name: str, seed: bytes, log: Log, *, random: RandomBytes, ids: RandomBytes
) -> Founding:
    """Draw the keys of a new archive."""
    return Founding(
        custodian=Member(MemberId(new_uuid(ids)), Role.CUSTODIAN),
        name=name,
        secret=MemberSecret.generate(random),
        identities={one: HybridIdentity.generate(random) for one in Compartment},
        recovery=HybridIdentity.generate(random),
        log_seed=seed,
        log=log,
    )
