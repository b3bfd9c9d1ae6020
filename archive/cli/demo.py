"""`strongroom demo`: the main job, start to end, on a throw-away archive."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from archive.bootstrap import init_archive, open_archive
from archive.cli.context import Door, common, pass_door
from archive.cli.profiles import profile
from archive.cli.serving import run_pages
from archive.errors import ArchiveError, QuerySyntax
from archive.model.access import Level, Role
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import Outcome
from archive.model.search import SearchRequest
from archive.sample_accession import Register, folder, register
from archive.services import audit
from archive.services.intake.ingest import PathInput, ingest, totals
from archive.services.members import administration
from archive.services.members.entering import sign_in
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.session import Session
from archive.services.sources import entries as sources

_MEMBERS = {
    "archivist": Role.ARCHIVIST,
    "researcher": Role.RESEARCHER,
    "auditor": Role.AUDITOR,
}


@dataclass(slots=True)
class _Walk:
    """What the demonstration has at hand."""

    door: Door
    archive: Archive
    sessions: dict[str, Session]

    def say(self, role: str, text: str, **data: object) -> None:
        """Print one step."""
        self.door.emit({"step": role, "text": text, **data}, f"{role:>10}  {text}")


@click.command()
@click.option("--no-serve", is_flag=True, help="Stop after the walk; serve no pages.")
@click.option("--listen", default="127.0.0.1:8443", show_default=True, metavar="ADDR")
@common
@pass_door
def demo(door: Door, no_serve: bool, listen: str) -> None:
    """Walk through every role on a throw-away archive, then serve its pages until stopped."""
    place = Path(tempfile.mkdtemp(prefix="strongroom-demo-"))
    try:
        passphrase = "-".join(secrets.token_hex(3) for _ in range(4))
        with _household(door, place / "archive", passphrase) as walk:
            _archivist(walk, register())
            _researcher(walk, register())
            _auditor(walk)
        if not no_serve:
            names = ", ".join(["custodian", *_MEMBERS])
            door.note(f"Sign in as {names}; passphrase for all: {passphrase}")
            door.settings.set_flag("archive", str(place / "archive"))
            run_pages(door, listen, frozenset())
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _household(door: Door, place: Path, passphrase: str) -> Iterator[_Walk]:
    """Found the archive with a member of each role, all signed in."""
    settings = profile(door.settings)
    made = init_archive(place, "custodian", bytearray(passphrase.encode()), settings)
    archive = open_archive(place)
    try:
        custodian = sign_in(archive, "custodian", bytearray(passphrase.encode()), "demo")
        walk = _Walk(door, archive, {"custodian": custodian})
        walk.say("custodian", f"founds archive {made.archive_id}")
        for name, role in _MEMBERS.items():
            secret = bytearray(passphrase.encode())
            administration.add_member(archive, custodian, name, role, secret, settings)
            walk.sessions[name] = sign_in(archive, name, bytearray(passphrase.encode()), "demo")
        walk.say("custodian", f"adds members: {', '.join(_MEMBERS)}")
        yield walk
        for session in walk.sessions.values():
            session.lock()
    finally:
        archive.close()


def _archivist(walk: _Walk, known: Register) -> None:
    archive, custodian = walk.archive, walk.sessions["custodian"]
    for source in known.sources:
        ref = sources.add_source(archive, custodian, source.name, source.aliases)
        walk.say("custodian", f"registers a source as {ref}", source=ref)
    reports = list(ingest(archive, custodian, [PathInput(folder())]))
    counts = totals(reports)
    words = ", ".join(f"{counts[o.value]} {o.value}" for o in Outcome if counts[o.value])
    walk.say("custodian", f"ingests {counts['files']} files: {words}", **counts)
    released, blocked = 0, 0
    marks: Counter[SourceRef | None] = Counter()
    for record in _with_text(walk, custodian):
        plan = redact.propose(archive, custodian, record)
        marks.update(r.source for r in plan.redactions)
        redact.submit(archive, custodian, record)
        redact.approve(archive, walk.sessions["archivist"], record)
        try:
            redact.release(archive, walk.sessions["archivist"], record)
            released += 1
        except ArchiveError:
            blocked += 1
    total = sum(marks.values())
    walk.say("custodian", f"proposes {total} redactions, submits {released + blocked} plans")
    walk.say("archivist", f"approves and releases {released}; the gate blocks {blocked}")


def _with_text(walk: _Walk, session: Session) -> list[RecordId]:
    page = access.records(walk.archive, session, level=Level.ORIGINALS, limit=500)
    return [one.record for one in page.items if one.outcome == Outcome.INGESTED.value]


def _hits(walk: _Walk, member: str, word: str) -> int:
    try:
        request = SearchRequest(query=f'"{word}"')
        return access.search(walk.archive, walk.sessions[member], request).total
    except QuerySyntax:
        return 0


def _researcher(walk: _Walk, known: Register) -> None:
    walk.say("search", "side by side          archivist  researcher")
    words = [one.query for one in known.expected]
    for word in [*words, *known.canaries]:
        inside, outside = _hits(walk, "archivist", word), _hits(walk, "researcher", word)
        walk.say("search", f"{word:22} {inside:9} {outside:11}", archivist=inside, found=outside)
    page = access.records(walk.archive, walk.sessions["researcher"])
    try:
        access.original(walk.archive, walk.sessions["researcher"], page.items[0].record)
    except ArchiveError as error:
        walk.say("researcher", f"asks for an original: {error.public_message}", code=error.code)


def _auditor(walk: _Walk) -> None:
    verdict = audit.verify(walk.archive.catalog, walk.archive.folder.vkeys)
    word = "verifies" if verdict.ok else "DOES NOT VERIFY"
    walk.say(
        "auditor",
        f"{verdict.size} entries {word}; root {verdict.root[:16]}...",
        ok=verdict.ok,
        size=verdict.size,
        root=verdict.root,
    )
