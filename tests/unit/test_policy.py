"""The tables of policy: total, default deny, and on the page as they are in the code."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archive import policy
from archive.model.access import Action, Compartment, Field, Member, Role, State
from archive.model.ids import MemberId
from archive.policy import Facts, People, Setting, Why
from tests.architecture.house import ROOT
from tools.policy_table import page

TODAY = date(2031, 3, 4)
ME, OTHER = MemberId("one"), MemberId("two")
FULL = Setting(today=TODAY, custodians=2, grants=frozenset(Compartment))
STAFF = Member(ME, Role.ARCHIVIST)


def said(
    member: Member, action: Action, setting: Setting, facts: Facts | None
) -> dict[Why, object]:
    return {one.why: one.passes for one in policy.judge(member, action, setting, facts)}


def test_every_act_and_every_field_has_a_rule() -> None:
    assert set(policy.RULES) == set(Action)
    assert set(policy.DISCLOSED_BY) == set(Field)
    assert set(policy.OPENS) == set(Role)


def test_what_is_not_in_the_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(policy.RULES, Action.READ_READING)
    monkeypatch.setattr(policy, "ALLOWED", {})
    for role in Role:
        for facts in (None, Facts(State.RELEASED, out=True)):
            found = policy.judge(Member(ME, role), Action.READ_READING, FULL, facts)
            assert not policy.allowed(found)


def test_no_role_is_granted_what_no_act_of_it_needs() -> None:
    for role in Role:
        needed = {policy.RULES[action].opens for action in policy.ALLOWED[role]}
        lent = policy.OPENS[role] - needed
        assert lent <= ({Compartment.LEDGER} if role is Role.AUDITOR else set())
        assert needed - {None} <= policy.OPENS[role]
    assert not any(Compartment.SOURCES in held for held in policy.OPENS.values())


@pytest.mark.parametrize("action", [one for one in Action if policy.RULES[one].opens])
def test_a_role_without_its_grant_is_refused(action: Action) -> None:
    bare = Setting(today=TODAY, custodians=2, grants=frozenset())
    for role in policy.RULES[action].roles:
        assert said(Member(ME, role), action, bare, None)[Why.GRANT] is False


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_an_embargo_ends_on_its_day(days: int) -> None:
    ends = TODAY + timedelta(days=days)
    facts = Facts(State.APPROVED, approved=True, embargo=ends)
    assert said(STAFF, Action.RELEASE, FULL, facts)[Why.EMBARGO] is (days <= 0)


def test_two_persons_are_counted_by_what_they_did() -> None:
    mine = Facts(State.SUBMITTED, worked=frozenset({ME}))
    theirs = Facts(State.SUBMITTED, worked=frozenset({OTHER}))
    alone = Setting(today=TODAY, custodians=1, grants=FULL.grants, single=True)
    assert said(STAFF, Action.APPROVE, FULL, mine)[Why.PEOPLE] is False
    assert said(STAFF, Action.APPROVE, FULL, theirs)[Why.PEOPLE] is True
    assert said(STAFF, Action.APPROVE, alone, mine)[Why.PEOPLE] is True
    head = Member(ME, Role.CUSTODIAN)
    for asked, enough in ((frozenset(), False), ({ME}, False), ({ME, OTHER}, True)):
        facts = Facts(State.HELD, asked=frozenset(asked))
        assert said(head, Action.ERASE, FULL, facts)[Why.PEOPLE] is enough
    one = Setting(today=TODAY, custodians=1, grants=FULL.grants)
    assert said(head, Action.ERASE, one, Facts(State.HELD))[Why.PEOPLE] is True
    assert said(head, Action.UNSEAL, one, None)[Why.PEOPLE] is False


def test_acts_that_no_one_can_do_alone_are_never_people_one() -> None:
    takes = {one for one in Action if policy.RULES[one].people is not People.ONE}
    assert takes == {Action.APPROVE, Action.RELEASE, Action.UNSEAL, Action.ERASE}


def test_the_page_is_what_the_tables_say() -> None:
    assert (ROOT / "docs" / "policy.md").read_text() == page(), "run `make policy`"
