"""`strongroom policy explain`: allowed or refused, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable

import click

from archive import policy as rules
from archive.cli.context import Door, common, pass_door
from archive.model.access import Action
from archive.model.ids import parse_record_id
from archive.policy import People, Why
from archive.services.oversight.explaining import Explanation
from archive.services.oversight.explaining import explain as service
from archive.services.persons import require_two

_PEOPLE = {
    People.ANOTHER: "another member than those who worked on the plan",
    People.APPROVED: "an approval of this very copy by a member who had not worked on it",
    People.TWO_CUSTODIANS: "one custodian who asks and another who carries it out",
    People.TWO_SHARES: "a request, and another custodian who passes a share on",
}
_ACTIONS = ", ".join(one.value for one in Action)
_ANSWERS = {True: "yes", False: "no", None: "depends"}


@click.group()
def policy() -> None:
    """Ask who may do what, and why."""


@policy.command("two-persons")
@common
@pass_door
def two_persons(door: Door) -> None:
    """Let plans be approved by another from now on, in an archive of one person. No way back."""
    with door.session(direct=True) as (archive, session):
        require_two(archive, session)
    text = "From now on a plan is approved by another than who made it."
    door.emit({"persons": "two"}, text)


@policy.command(epilog=f"ACTION is one of {_ACTIONS}.")
@click.argument("member")
@click.argument("action", type=click.Choice([one.value for one in Action]), metavar="ACTION")
@click.argument("record", required=False, metavar="[OBJECT]")
@common
@pass_door
def explain(door: Door, member: str, action: str, record: str | None) -> None:
    """Say whether MEMBER may do ACTION, to OBJECT (a record) if one is named, and why.

    Everybody may ask about themselves, custodians about all.
    """
    about = None if record is None else parse_record_id(record)
    with door.session() as (archive, session):
        told = service(archive, session, member, Action(action), about)
    reasons = [
        {"rule": one.why.value, "holds": one.passes, "says": _says(told, one.why)}
        for one in told.findings
    ]
    verdict = "allowed" if told.allowed else "refused"
    lines = [f"{verdict}: {member} ({told.member.role.value}), {action}"]
    lines += [
        f"  {one['rule']:12} {_ANSWERS[found.passes]:8} {one['says']}"
        for one, found in zip(reasons, told.findings, strict=True)
    ]
    data = {"member": member, "role": told.member.role.value, "action": action, "object": about}
    door.emit({**data, "allowed": told.allowed, "reasons": reasons}, "\n".join(lines))


def _says(told: Explanation, why: Why) -> str:
    return _SAYS[why](told)


def _role(told: Explanation) -> str:
    return "open to " + _listed(one.value for one in rules.RULES[told.action].roles)


def _grant(told: Explanation) -> str:
    opens = rules.RULES[told.action].opens
    return f"needs a grant of {opens.value if opens else ''}"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _state(told: Explanation) -> str:
    rule = rules.RULES[told.action]
    needs = "a reading copy that is out" if rule.out else _listed(one.value for one in rule.states)
    if told.facts is None:
        return f"needs {needs}"
    out = ", with a reading copy out" if told.facts.out else ""
    return f"needs {needs}; the record is {told.facts.state.value}{out}"


def _embargo(told: Explanation) -> str:
    if told.facts is None:
        return "goes when there is no embargo, or it is over"
    ends = told.facts.embargo
    return "there is none" if ends is None else f"ends on {ends}; today is {told.setting.today}"


def _people(told: Explanation) -> str:
    people = rules.RULES[told.action].people
    if told.setting.single and people in (People.ANOTHER, People.APPROVED):
        return "off: this is an archive of one person"
    if people is People.TWO_CUSTODIANS and told.setting.custodians == 1:
        return "one custodian is enough, since there is one"
    return f"takes {_PEOPLE[people]}"


_SAYS = {
    Why.ROLE: _role,
    Why.GRANT: _grant,
    Why.STATE: _state,
    Why.EMBARGO: _embargo,
    Why.PEOPLE: _people,
}
