"""Why policy lets a member do something or not: what every rule says that the act touches."""

from __future__ import annotations

from dataclasses import dataclass

from archive import policy
from archive.errors import InvalidValue, RecordNotFound
from archive.model.access import Action, Member
from archive.model.ids import RecordId
from archive.policy import Facts, Finding, Setting
from archive.services.events import authorise, look
from archive.services.membership import find_member
from archive.services.oversight.standing import certified, facts_of, setting_of
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import Session, refresh


@dataclass(frozen=True, slots=True)
class Explanation:
    """What policy says: to whom and of what, what was known, and every finding."""

    member: Member
    action: Action
    setting: Setting
    facts: Facts | None
    findings: tuple[Finding, ...]

    @property
    def allowed(self) -> bool:
        """Whether no rule refuses."""
        return policy.allowed(self.findings)


@tells_refusals(Action.MANAGE_MEMBERS)
def explain(
    archive: Archive,
    session: Session,
    name: str,
    action: Action,
    record: RecordId | None = None,
) -> Explanation:
    """Say whether a member may do something, by every rule; the ledger knows first.

    Everybody may ask about themselves; about others, custodians. What is told of a record is what
    the one who asks may know of it.

    Raises:
        NotPermitted: it is about another, and the one who asks is no custodian.
        RecordNotFound: no active member of that name, or no such record for the one who asks.
        InvalidValue: the act is about no record.
        SessionEnded: see `refresh`.
    """
    if record is not None and not policy.RULES[action].states:
        raise InvalidValue(
            "That act is about no record.", hint="Leave the record out, or name another act."
        )
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
    if row is not None and row.id == session.member.id:
        refresh(archive, session)
    else:
        authorise(archive, session, Action.MANAGE_MEMBERS)
    if row is None or row.state != "active":
        raise RecordNotFound("There is no active member of that name.")
    look(archive, session, obj=record, of="policy", member=row.id, action=action.value)
    with archive.catalog.read() as snapshot:
        facts = None if record is None else facts_of(archive, session, snapshot, record)
        member = certified(session, snapshot, row.id)
        setting = setting_of(archive, session, snapshot, row.id)
    findings = policy.judge(member, action, setting, facts)
    return Explanation(member, action, setting, facts, findings)
