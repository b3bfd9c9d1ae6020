"""T1, T6: a token is made with the passphrase, for a bounded time, and ends with its grounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from archive.errors import InvalidValue, WrongPassphrase
from archive.model.access import Role, Scope
from archive.services.members import administration, ceremonies, tokens, unlocking
from keys.profiles import RFC9106_SECOND
from tests.programs import Program, agent, make, over
from tests.threats.agent_rig import until
from tests.unit.webui.webhouse import NAMES, Clock, Household, found, passphrase
from webui.app import create_app

READING = (Scope.READING,)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    with agent(tmp_path / "run"):
        made = found(tmp_path / "archive", Clock())
        yield made
        unlocking.seal(made.archive)
        made.archive.close()


def test_a_token_ends_with_another_role_or_passphrase_or_with_membership(house: Household) -> None:
    app, archive = create_app(house.archive), house.archive
    head, mine = house.session(Role.CUSTODIAN), house.session(Role.RESEARCHER)
    used, unused = (Program(app, make(house, Role.RESEARCHER).text) for _ in range(2))
    assert used.get("/token").status_code == 200
    new = bytearray(b"violet anchors over seven roofs")
    administration.change_passphrase(archive, mine, new, RFC9106_SECOND)
    assert over(used.get("/token"))
    assert over(unused.get("/token"))
    for role, change in (
        (Role.AUDITOR, partial(ceremonies.change_role, role=Role.ARCHIVIST)),
        (Role.ARCHIVIST, ceremonies.disable),
    ):
        program = Program(app, make(house, role).text)
        assert program.get("/token").status_code == 200
        change(archive, head, NAMES[role])
        assert over(program.get("/token"))


def test_a_member_has_only_some_tokens_at_once_and_a_refused_one_holds_no_keys(
    house: Household,
) -> None:
    member = house.session(Role.RESEARCHER)
    for _ in range(tokens.MOST):
        make(house, Role.RESEARCHER)
    with pytest.raises(InvalidValue, match="at most"):
        make(house, Role.RESEARCHER)
    assert len(unlocking.live(house.archive)) == tokens.MOST
    make(house, Role.AUDITOR)
    tokens.revoke(house.archive, member, tokens.listed(house.archive, member)[0].token.id)
    make(house, Role.RESEARCHER)


def test_a_token_lasts_within_bounds_and_needs_the_passphrase(house: Household) -> None:
    secret = passphrase(Role.RESEARCHER).encode()
    for lasting in (timedelta(seconds=59), timedelta(hours=8, seconds=1), timedelta()):
        with pytest.raises(InvalidValue):
            tokens.create(
                house.archive, NAMES[Role.RESEARCHER], bytearray(secret), READING, lasting
            )
    with pytest.raises(InvalidValue, match="scope"):
        tokens.create(
            house.archive, NAMES[Role.RESEARCHER], bytearray(secret), (), timedelta(hours=1)
        )
    with pytest.raises(WrongPassphrase):
        tokens.create(
            house.archive, NAMES[Role.RESEARCHER], bytearray(b"?"), READING, timedelta(hours=1)
        )
    until(lambda: not unlocking.live(house.archive))
