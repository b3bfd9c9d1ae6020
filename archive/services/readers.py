"""Which sandbox the readers of an ingest run in: refused, accepted, written into the ledger."""

from __future__ import annotations

from archive.errors import SandboxMissing
from archive.extraction import SandboxCheck, Tier
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import record_event
from archive.services.parts import Archive
from archive.services.session import Session


class SandboxNote:
    """What is written about the sandbox of one run, once: before its first record is."""

    def __init__(self, archive: Archive, session: Session, check: SandboxCheck) -> None:
        self._archive = archive
        self._session = session
        self._check = check
        self._written = False

    def write(self, outcome: EventOutcome = EventOutcome.SUCCESS) -> None:
        """Make the event durable, unless it is already.

        Raises:
            DiskFull, WriteFailed: it could not be written.
        """
        if self._written:
            return
        links = {
            "tier": self._check.tier.value,
            "canaries": str(len(self._check.canaries)),
            "stopped": str(self._check.stopped),
        }
        archive_id = self._archive.folder.archive_id
        draft = EntryDraft(EventType.SANDBOX_CHECKED, archive_id, outcome, links, {})
        record_event(self._archive, self._session, draft)
        self._written = True


def admit_readers(archive: Archive, session: Session, *, accept_unsandboxed: bool) -> SandboxNote:
    """Check the sandbox before any document is read; return the note to write into the ledger.

    Processes that are forked afterwards know the outcome.

    Raises:
        SandboxMissing: readers would not be confined, and `accept_unsandboxed` is false; the ledger
            holds the refusal.
        ReaderFailed: the readers cannot be started on this machine.
    """
    check = sandbox_check(archive)
    note = SandboxNote(archive, session, check)
    if check.tier is Tier.RLIMITS and not accept_unsandboxed:
        note.write(EventOutcome.FAILURE)
        raise SandboxMissing
    return note


def sandbox_check(archive: Archive) -> SandboxCheck:
    """Return what the sandbox is worth on this machine; tried once for each process.

    Raises:
        ReaderFailed: the readers cannot be started on this machine.
    """
    sandbox = archive.sandbox()
    try:
        return sandbox.check()
    finally:
        sandbox.close()
