"""The ledger: entries, checkpoint, proofs, verification. No document text is in any of it."""

from __future__ import annotations

import msgspec

from archive.model.access import Action, Scope
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.events import authorise, look
from webui.api import shapes
from webui.api.operations import Room
from webui.api.shapes import told
from webui.desk import archive, session

room = Room()
_PLAIN = "text/plain; charset=utf-8"


@room.declare(
    "GET", "/ledger/entries", Scope.AUDIT, asked=shapes.EntriesAsked, gives=shapes.EntriesTold
)
def entries(asked: shapes.EntriesAsked) -> shapes.Told:
    """List the entries that fit every filter, newest first."""
    _admit(EventType.LIST, of="ledger")
    rows = audit.timeline(archive().catalog, **msgspec.structs.asdict(asked))
    return told(shapes.EntriesTold, {"entries": rows})


@room.declare("GET", "/ledger/checkpoint", Scope.AUDIT, gives=_PLAIN)
def checkpoint() -> bytes:
    """Take the newest checkpoint away, to be kept outside (C2SP tlog-checkpoint)."""
    _admit(EventType.EXPORT, of="checkpoint")
    return (audit.checkpoint(archive().catalog) or "").encode()


@room.declare("GET", "/ledger/pin", Scope.AUDIT, gives=_PLAIN)
def pin() -> bytes:
    """Take the newest checkpoint away with the log's public keys."""
    _admit(EventType.EXPORT, of="checkpoint")
    return audit.pin(archive().catalog, archive().folder.vkeys).encode()


@room.declare("GET", "/ledger/entries/<int:number>/proof", Scope.AUDIT, gives=_PLAIN)
def proof(number: int) -> bytes:
    """Take the proof of an entry away, which checks by itself (C2SP tlog-proof)."""
    _admit(EventType.EXPORT, of="proof")
    files = audit.LogFiles(archive().folder)
    with archive().catalog.read() as view:
        files.publish(view.ledger, audit.log_keys(archive().folder.vkeys))
        (made,) = audit.prove(view.ledger, files, str(number))
    return made.encode().encode()


@room.declare("POST", "/ledger/verify", Scope.AUDIT, gives=shapes.VerdictTold)
def verify() -> shapes.Told:
    """Recompute the whole ledger and say what is wrong with it."""
    _admit(EventType.LEDGER_VERIFIED)
    files = audit.LogFiles(archive().folder)
    verdict = audit.verify(archive().catalog, archive().folder.vkeys, files=files)
    return told(shapes.VerdictTold, verdict)


@room.declare(
    "POST", "/ledger/extend", Scope.AUDIT, asked=shapes.PinAsked, gives=shapes.VerdictTold
)
def extend(asked: shapes.PinAsked) -> shapes.Told:
    """Verify that the ledger only grew since a pin that the auditor kept."""
    _admit(EventType.LEDGER_VERIFIED, pin="given")
    return told(shapes.VerdictTold, audit.extend(archive().catalog, asked.pin))


def _admit(event: EventType, **links: str) -> None:
    authorise(archive(), session(), Action.AUDIT)
    whole = event is EventType.LEDGER_VERIFIED
    look(archive(), session(), event, archive().folder.archive_id if whole else None, **links)
