"""The only yes or no: pure tables of who may do what to which object, default deny.

Nothing in here reads, writes, or knows the time. Services hand in what they verified;
`docs/policy.md` is written from these tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from archive.errors import NotPermitted
from archive.model.access import (
    Action,
    Compartment,
    Decision,
    Field,
    Level,
    Member,
    Role,
    Scope,
    State,
)
from archive.model.ids import MemberId


class People(Enum):
    """How many people an act on one object takes, in an archive of several custodians."""

    ONE = "one"
    ANOTHER = "another than who worked on the plan"
    APPROVED = "after another than who worked on the plan approved this very copy"
    TWO_CUSTODIANS = "one custodian asks, another does it, where there are two"
    TWO_SHARES = "one custodian asks, another passes a share on"


@dataclass(frozen=True, slots=True)
class Rule:
    """One act: whose roles allow it, in which states of its record, by how many people.

    `states` is empty when it is about no record. With `out` it goes while a reading copy is out.
    `opens` is the compartment that it cannot be done without; `embargo` says that one stops it.
    """

    roles: frozenset[Role]
    states: frozenset[State] = frozenset()
    out: bool = False
    opens: Compartment | None = None
    people: People = People.ONE
    embargo: bool = False


_ALL = frozenset(Role)
_CUSTODIAN = frozenset({Role.CUSTODIAN})
_STAFF = _CUSTODIAN | {Role.ARCHIVIST}
_READERS = _STAFF | {Role.RESEARCHER}
_AUDITORS = _CUSTODIAN | {Role.AUDITOR}

_ANY = frozenset(State)
_THERE = _ANY - {State.ERASED}
_HOLDINGS = _THERE - {State.QUARANTINED}
_ORIGINALS, _READING = Compartment.ORIGINALS, Compartment.READING

RULES: dict[Action, Rule] = {
    Action.INGEST: Rule(_STAFF),
    Action.SEARCH_ORIGINALS: Rule(_STAFF, opens=_ORIGINALS),
    Action.SEARCH_READING: Rule(_READERS, opens=_READING),
    Action.READ_ORIGINALS: Rule(_STAFF, _THERE, opens=_ORIGINALS),
    Action.READ_READING: Rule(_READERS, _HOLDINGS, out=True, opens=_READING),
    Action.MANAGE_SOURCES: Rule(_STAFF, opens=_ORIGINALS),
    Action.MANAGE_ACCESSIONS: Rule(_STAFF, opens=_ORIGINALS),
    Action.DECIDE_QUARANTINE: Rule(_STAFF, frozenset({State.QUARANTINED}), opens=_ORIGINALS),
    Action.REDACT: Rule(_STAFF, _HOLDINGS, opens=_ORIGINALS),
    Action.SUBMIT: Rule(_STAFF, frozenset({State.DRAFT, State.REJECTED}), opens=_ORIGINALS),
    Action.APPROVE: Rule(
        _STAFF, frozenset({State.SUBMITTED}), opens=_ORIGINALS, people=People.ANOTHER
    ),
    Action.REJECT: Rule(_STAFF, frozenset({State.SUBMITTED}), opens=_ORIGINALS),
    Action.RELEASE: Rule(
        _STAFF,
        frozenset({State.APPROVED}),
        opens=_ORIGINALS,
        people=People.APPROVED,
        embargo=True,
    ),
    Action.WITHDRAW: Rule(_STAFF, _HOLDINGS, out=True),
    Action.EXTRACT: Rule(_STAFF, _THERE, opens=_ORIGINALS),
    Action.LIST_JOBS: Rule(_STAFF | _AUDITORS),
    Action.MANAGE_MEMBERS: Rule(_CUSTODIAN, opens=Compartment.LEDGER),
    Action.UNSEAL: Rule(_CUSTODIAN, opens=_ORIGINALS, people=People.TWO_SHARES),
    Action.SET_WATERMARK: Rule(_CUSTODIAN),
    Action.SET_RETENTION: Rule(_STAFF, _THERE, opens=_ORIGINALS),
    Action.DESCRIBE: Rule(_STAFF, _THERE, opens=_ORIGINALS),
    Action.ARRANGE: Rule(_STAFF, opens=_ORIGINALS),
    Action.AUDIT: Rule(_AUDITORS, _ANY),
    Action.BACK_UP: Rule(_STAFF),
    Action.ERASE: Rule(_CUSTODIAN, _THERE, opens=_ORIGINALS, people=People.TWO_CUSTODIANS),
}
"""Every act (security.md, table of roles). One that is not listed is refused."""

ALLOWED: dict[Role, frozenset[Action]] = {
    role: frozenset(action for action, rule in RULES.items() if role in rule.roles) for role in Role
}
"""Acts by role, on some object in some state."""

DISCLOSED_BY: dict[Field, Action] = {
    Field.TITLE: Action.READ_ORIGINALS,
    Field.PROVENANCE: Action.READ_ORIGINALS,
    Field.JOB: Action.LIST_JOBS,
    Field.JOB_TITLE: Action.READ_ORIGINALS,
    Field.READING_COPY: Action.READ_READING,
    Field.PLAN: Action.REDACT,
    Field.FORM: Action.MANAGE_SOURCES,
    Field.IDENTITY: Action.UNSEAL,
    Field.DONOR: Action.MANAGE_ACCESSIONS,
    Field.MEMBER: Action.MANAGE_MEMBERS,
    Field.HISTORY: Action.AUDIT,
    Field.VALUE: Action.READ_ORIGINALS,
}
"""The act that a role must allow before it is shown a field."""

OPENS: dict[Role, frozenset[Compartment]] = {
    Role.CUSTODIAN: frozenset({Compartment.ORIGINALS, Compartment.READING, Compartment.LEDGER}),
    Role.ARCHIVIST: frozenset({Compartment.ORIGINALS, Compartment.READING}),
    Role.RESEARCHER: frozenset({Compartment.READING}),
    Role.AUDITOR: frozenset({Compartment.LEDGER}),
}
"""Compartments whose identity is granted to a role. `sources` is granted to nobody alone (T8)."""

SECOND_FACTOR = frozenset(Role)
"""Roles whose members need a second factor at the web door, unless `serve` is told otherwise."""

WITHIN: dict[Scope, frozenset[Action]] = {
    Scope.READING: frozenset({Action.SEARCH_READING, Action.READ_READING}),
    Scope.ORIGINALS: frozenset({Action.SEARCH_ORIGINALS, Action.READ_ORIGINALS}),
    Scope.INGEST: frozenset({Action.INGEST, Action.MANAGE_ACCESSIONS, Action.LIST_JOBS}),
    Scope.AUDIT: frozenset({Action.AUDIT}),
}
"""Acts by scope of a token. What hands keys on, takes two people or cannot be undone is in none."""

NEEDED: dict[Scope, frozenset[Compartment]] = {
    Scope.READING: frozenset({Compartment.READING}),
    Scope.ORIGINALS: frozenset({Compartment.ORIGINALS}),
    Scope.INGEST: frozenset({Compartment.ORIGINALS}),
    Scope.AUDIT: frozenset({Compartment.LEDGER}),
}
"""Compartments whose identity a scope uses; a token's session has no other."""

SEARCH_AT = {Level.ORIGINALS: Action.SEARCH_ORIGINALS, Level.READING: Action.SEARCH_READING}
READ_AT = {Level.ORIGINALS: Action.READ_ORIGINALS, Level.READING: Action.READ_READING}


class Why(str, Enum):
    """Which rule a finding is about."""

    ROLE = "role"
    GRANT = "grant"
    STATE = "state"
    EMBARGO = "embargo"
    PEOPLE = "two-persons"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one rule lets the act pass; `None` when that depends on an object not named."""

    why: Why
    passes: bool | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What is true of the archive and the member: the day, how many custodians, what was granted.

    `single` is whether the signed founding says that one person runs it.
    """

    today: date
    custodians: int
    grants: frozenset[Compartment]
    single: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one record: its state, its embargo, and who did what on its way.

    `worked` are those who worked on the plan; `approved` is whether another, who may still approve,
    signed its very copy; `asked` are the custodians who asked that it be erased.
    """

    state: State
    out: bool = False
    embargo: date | None = None
    worked: frozenset[MemberId] = frozenset()
    approved: bool = False
    asked: frozenset[MemberId] = frozenset()


def erasers(custodians: int) -> int:
    """Return how many custodians an erasure takes, where there are `custodians` of them."""
    return min(2, custodians)


def embargoed(embargo: date | None, today: date) -> bool:
    """Return whether an embargo that ends on a day has not ended."""
    return embargo is not None and today < embargo


def may_judge(member: MemberId, worked: Iterable[MemberId], *, single: bool) -> bool:
    """Return whether a member may approve what `worked` made: not their own, unless alone."""
    return single or member not in worked


def decide(member: Member, action: Action, within: frozenset[Action] | None = None) -> Decision:
    """Return whether `member` may do `action`; with `within`, nothing outside of it."""
    allowed = action in ALLOWED.get(member.role, frozenset())
    return Decision(member, action, allowed and (within is None or action in within))


def scopes(role: Role) -> tuple[Scope, ...]:
    """Return the scopes that tokens of a member of `role` may have: those allowed as a whole."""
    return tuple(one for one in Scope if WITHIN[one] <= ALLOWED.get(role, frozenset()))


def require(member: Member, action: Action, within: frozenset[Action] | None = None) -> Decision:
    """Return the decision when it is yes.

    Raises:
        NotPermitted: the role does not allow the act, or it is not `within`.
    """
    decision = decide(member, action, within)
    if not decision.allowed:
        raise NotPermitted
    return decision


def sees(member: Member, field: Field) -> bool:
    """Return whether `member` may be shown a field."""
    return decide(member, DISCLOSED_BY[field]).allowed


def best_level(member: Member) -> Level:
    """Return the highest level that `member` may search: originals if allowed, else reading."""
    allowed = decide(member, Action.SEARCH_ORIGINALS).allowed
    return Level.ORIGINALS if allowed else Level.READING


def in_state(action: Action, state: State, *, out: bool) -> bool:
    """Return whether an act goes on a record in that state, with a reading copy out or not."""
    rule = RULES[action]
    return state in rule.states and (out or not rule.out)


def judge(
    member: Member, action: Action, setting: Setting, facts: Facts | None = None
) -> tuple[Finding, ...]:
    """Return what every rule says about an act, on a record of which `facts` are known.

    Rules that do not touch the act are left out.
    """
    return tuple(_findings(member, action, setting, facts))


def allowed(findings: Iterable[Finding]) -> bool:
    """Return whether no rule refuses."""
    return all(one.passes is not False for one in findings)


def _findings(
    member: Member, action: Action, setting: Setting, facts: Facts | None
) -> Iterator[Finding]:
    rule = RULES.get(action, Rule(frozenset()))
    yield Finding(Why.ROLE, decide(member, action).allowed)
    if rule.opens is not None:
        yield Finding(Why.GRANT, rule.opens in setting.grants)
    if rule.states:
        goes = None if facts is None else in_state(action, facts.state, out=facts.out)
        yield Finding(Why.STATE, goes)
    if rule.embargo:
        over = None if facts is None else not embargoed(facts.embargo, setting.today)
        yield Finding(Why.EMBARGO, over)
    if rule.people is not People.ONE:
        yield Finding(Why.PEOPLE, _enough(member.id, rule.people, setting, facts))


def _enough(member: MemberId, people: People, setting: Setting, facts: Facts | None) -> bool | None:
    """Return whether an act has the people that it takes; `None` where it depends on the object."""
    if people is People.TWO_CUSTODIANS and erasers(setting.custodians) < 2:
        return True
    if people is People.TWO_SHARES:
        return None if setting.custodians > 1 else False
    if facts is None:
        return True if setting.single and people is People.ANOTHER else None
    told = {
        People.ANOTHER: may_judge(member, facts.worked, single=setting.single),
        People.APPROVED: facts.approved,
        People.TWO_CUSTODIANS: bool(facts.asked - {member}),
    }
    return told[people]
