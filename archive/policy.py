"""The only yes or no: a pure table from roles to acts, default deny."""

from __future__ import annotations

from archive.errors import NotPermitted
from archive.model.access import Action, Compartment, Decision, Level, Member, Role

_READING = frozenset({Action.SEARCH_READING, Action.READ_READING})
_ARCHIVIST = _READING | {
    Action.INGEST,
    Action.SEARCH_ORIGINALS,
    Action.READ_ORIGINALS,
    Action.MANAGE_SOURCES,
    Action.MANAGE_ACCESSIONS,
    Action.DECIDE_QUARANTINE,
    Action.REDACT,
    Action.APPROVE,
    Action.RELEASE,
    Action.EXTRACT,
    Action.LIST_JOBS,
    Action.BACK_UP,
}

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.CUSTODIAN: _ARCHIVIST
    | {
        Action.MANAGE_MEMBERS,
        Action.UNSEAL,
        Action.AUDIT,
        Action.ERASE,
        Action.SET_WATERMARK,
    },
    Role.ARCHIVIST: _ARCHIVIST,
    Role.RESEARCHER: _READING,
    Role.AUDITOR: frozenset({Action.AUDIT, Action.LIST_JOBS}),
}
"""Acts by role (security.md, table of roles). An act that is not listed is refused."""

OPENS: dict[Role, frozenset[Compartment]] = {
    Role.CUSTODIAN: frozenset({Compartment.ORIGINALS, Compartment.READING, Compartment.LEDGER}),
    Role.ARCHIVIST: frozenset({Compartment.ORIGINALS, Compartment.READING}),
    Role.RESEARCHER: frozenset({Compartment.READING}),
    Role.AUDITOR: frozenset({Compartment.LEDGER}),
}
"""Compartments whose identity is granted to a role. `sources` is granted to nobody alone (T8)."""

SECOND_FACTOR = frozenset(Role)
"""Roles whose members need a second factor at the web door, unless `serve` is told otherwise."""

SEARCH_AT = {Level.ORIGINALS: Action.SEARCH_ORIGINALS, Level.READING: Action.SEARCH_READING}
READ_AT = {Level.ORIGINALS: Action.READ_ORIGINALS, Level.READING: Action.READ_READING}


def erasers(custodians: int) -> int:
    """Return how many custodians an erasure takes, where there are `custodians` of them."""
    return min(2, custodians)


def decide(member: Member, action: Action) -> Decision:
    """Return whether `member` may do `action`."""
    return Decision(member, action, action in ALLOWED.get(member.role, frozenset()))


def require(member: Member, action: Action) -> Decision:
    """Return the decision when it is yes.

    Raises:
        NotPermitted: the role does not allow the act.
    """
    decision = decide(member, action)
    if not decision.allowed:
        raise NotPermitted
    return decision


def best_level(member: Member) -> Level:
    """Return the highest level that `member` may search: originals if allowed, else reading."""
    allowed = decide(member, Action.SEARCH_ORIGINALS).allowed
    return Level.ORIGINALS if allowed else Level.READING
