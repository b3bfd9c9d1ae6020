"""Write `docs/policy.md` from the tables in `archive/policy.py`, or print it with `--print`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from archive import policy
from archive.model.access import Action, Role, State
from archive.policy import People

PAGE = Path(__file__).parents[1] / "docs" / "policy.md"

_HEAD = """# Who may do what

Written by `make policy` from `archive/policy.py`; a test compares the two. What is in no table is
refused. Grants of keys come on top: where a key is named, no role helps without it.
`strongroom policy explain MEMBER ACTION OBJECT` says which rule allows or refuses an act.
"""
_PEOPLE = {
    People.ONE: "one",
    People.ANOTHER: "one who did not work on the plan",
    People.APPROVED: "two: another, who may still approve, signed this very copy",
    People.TWO_CUSTODIANS: "two custodians, where there are two",
    People.TWO_SHARES: "two custodians, by shares of a key",
}
_ALONE = """In an archive of one person (`strongroom init --single-custodian`), whoever made a plan
may approve it, until two persons are called for. Names of sources open with the recovery sheet
alone, as in every archive with one custodian.
"""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    return _row(head) + _row("---" for _ in head) + "".join(map(_row, rows))


def _yes(true: bool) -> str:
    return "yes" if true else "-"


def _roles() -> str:
    def row(action: Action) -> list[str]:
        rule = policy.RULES[action]
        opens = rule.opens.value if rule.opens else "-"
        return [f"`{action.value}`", *(_yes(role in rule.roles) for role in Role), opens]

    return _table(["act", *(role.value for role in Role), "needs the key of"], map(row, Action))


def _states() -> str:
    def cell(action: Action, state: State) -> str:
        if policy.in_state(action, state, out=False):
            return "yes"
        return "while out" if policy.in_state(action, state, out=True) else "-"

    rows = (
        [f"`{one.value}`", *(cell(one, state) for state in State)]
        for one in Action
        if policy.RULES[one].states
    )
    return _table(["act", *(state.value for state in State)], rows)


def _people() -> str:
    rows = (
        [f"`{one.value}`", _PEOPLE[policy.RULES[one].people], _yes(policy.RULES[one].embargo)]
        for one in Action
        if policy.RULES[one].people is not People.ONE or policy.RULES[one].embargo
    )
    return _table(["act", "people", "stopped by an embargo"], rows)


def _fields() -> str:
    rows = (
        [
            field.value,
            f"`{action.value}`",
            *(_yes(role in policy.RULES[action].roles) for role in Role),
        ]
        for field, action in policy.DISCLOSED_BY.items()
    )
    return _table(["field", "is shown to who may", *(role.value for role in Role)], rows)


def _keys() -> str:
    def row(role: Role) -> list[str]:
        held = ", ".join(sorted(one.value for one in policy.OPENS[role]))
        return [role.value, held]

    return _table(["role", "is granted the keys of"], map(row, Role))


def page() -> str:
    """Return the page."""
    parts = [
        _HEAD,
        "## Acts by role\n\n" + _roles(),
        "## Acts by state of the record\n\n"
        "`while out`: while a reading copy of the record is with researchers. "
        "Acts that are about no record are left out.\n\n" + _states(),
        "## Two persons, and embargoes\n\n" + _people() + "\n" + _ALONE,
        "## Fields\n\n" + _fields(),
        "## Keys\n\n" + _keys() + "\nNobody is granted the key of `sources`.\n",
    ]
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    if "--print" in sys.argv:
        sys.stdout.write(page())
    else:
        PAGE.write_text(page())


if __name__ == "__main__":
    main()
