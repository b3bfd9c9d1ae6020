"""Refusals that are no matter of a role: they stand in the ledger before the caller hears of them.

What a role does not allow is written by `authorise`; here is what comes to light later: nothing
there, a second person is missing, the gate found a source, the state is not the one that the act
needs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from archive.errors import (
    AccessionClosed,
    ArchiveError,
    CrowdTooSmall,
    DescriptionChanged,
    FourEyesRequired,
    InQuarantine,
    LastCustodian,
    PassphraseNeeded,
    PlanChanged,
    RecordNotFound,
    RecoveryUnknown,
    RegisterChanged,
    ReleaseBlocked,
    SharesUnusable,
    UnderEmbargo,
    WrongPlanState,
)
from archive.model.access import Action
from archive.model.ids import new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import record_event
from archive.services.parts import Archive
from archive.services.session import Session

Params = ParamSpec("Params")
Returned = TypeVar("Returned")
_Service = Callable[Concatenate[Archive, Session, Params], Returned]

TOLD = (
    AccessionClosed,
    CrowdTooSmall,
    DescriptionChanged,
    FourEyesRequired,
    InQuarantine,
    LastCustodian,
    PassphraseNeeded,
    PlanChanged,
    RecordNotFound,
    RecoveryUnknown,
    RegisterChanged,
    ReleaseBlocked,
    SharesUnusable,
    UnderEmbargo,
    WrongPlanState,
)
"""Errors that refuse a well-formed act of somebody whose role allows it."""


def tells_refusals(
    action: Action,
) -> Callable[[_Service[Params, Returned]], _Service[Params, Returned]]:
    """Let a service write an entry for each refusal of `TOLD`, with its code, and then raise it.

    The entry is about the record (or other UUID) that the service was asked about, if it was asked
    about one.
    """

    def decorate(service: _Service[Params, Returned]) -> _Service[Params, Returned]:
        @wraps(service)
        def telling(
            archive: Archive, session: Session, /, *args: Params.args, **named: Params.kwargs
        ) -> Returned:
            try:
                return service(archive, session, *args, **named)
            except TOLD as error:
                refused(archive, session, action, error, args[0] if args else None)
                raise

        return telling

    return decorate


def refused(
    archive: Archive, session: Session, action: Action, error: ArchiveError, about: Any = None
) -> None:
    """Write that an act was refused, and why as a code; what cannot be written is refused still."""
    draft = EntryDraft(
        type=EventType.DENIED,
        object=about if _is_id(about) else new_uuid(archive.ids),
        outcome=EventOutcome.DENIED,
        links={"action": action.value, "code": error.code},
        commitments={},
    )
    with suppress(ArchiveError):
        record_event(archive, session, draft)


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
