"""Which sandbox the readers of an ingest run in: refused, accepted, written into the ledger."""

from __future__ import annotations

from archive.errors import SandboxMissing
from archive.extraction import Sandbox, SandboxCheck, Tier
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import record_event
from archive.services.parts import Archive
from archive.services.session import Session


class Admission:
    """Lets readers run in one run of work, once a file needs one.

    What was found out about the sandbox is written once, before the first record after that.
    """

    def __init__(
        self, archive: Archive, session: Session, sandbox: Sandbox, *, accept_unsandboxed: bool
    ) -> None:
        self._archive = archive
        self._session = session
        self._sandbox = sandbox
        self._accept_unsandboxed = accept_unsandboxed
        self._check: SandboxCheck | None = None
        self._written = False

    def tier(self) -> str | None:
        """Return how readers are confined; `None` where none was needed so far."""
        return None if self._check is None else self._check.tier.value

    def grant(self) -> bool:
        """Check the sandbox before any document is read; return false when that was done before.

        Raises:
            SandboxMissing: readers would not be confined, and nobody accepted that; the ledger
                holds the refusal.
            ReaderFailed: the readers cannot be started on this machine.
        """
        if self._check is not None:
            return False
        check = self._sandbox.check()
        if check.tier is Tier.RLIMITS and not self._accept_unsandboxed:
            self._note(check, EventOutcome.FAILURE)
            raise SandboxMissing
        self._check = check
        return True

    def write(self) -> None:
        """Make durable how readers are confined, where one was needed and it is not written yet.

        Raises:
            DiskFull, WriteFailed: it could not be written.
        """
        if self._check is not None and not self._written:
            self._note(self._check, EventOutcome.SUCCESS)
            self._written = True

    def _note(self, check: SandboxCheck, outcome: EventOutcome) -> None:
        links = {
            "tier": check.tier.value,
            "canaries": str(len(check.canaries)),
            "stopped": str(check.stopped),
        }
        archive_id = self._archive.folder.archive_id
        draft = EntryDraft(EventType.SANDBOX_CHECKED, archive_id, outcome, links, {})
        record_event(self._archive, self._session, draft)


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
