"""T6: a passkey that opens keys: sign-in with it alone, and every way in which it is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from archive.errors import InvalidValue, PassphraseNeeded, SecondFactorRefused, WrongPassphrase
from archive.model.access import Role
from archive.services.members import passkey_entry as entry
from archive.services.members import passkeys, second_factor, unlocking
from archive.services.session import sign_in
from keys.agent import client
from keys.agent.client import Ticket
from keys.errors import MalformedKey, WrongSecret
from keys.member import MemberSecret
from keys.prfslots import PrfSlot, make_prf_slot, open_any_slot, open_prf_slot
from tests.unit.webui.test_web_factor import code_now
from tests.unit.webui.test_web_passkeys import SITE, Authenticator, b64, options_on
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, passphrase, words
from webui.app import create_app
from webui.settings import Settings

ROLE = Role.ARCHIVIST
NAME = NAMES[ROLE]


class Key(Authenticator):
    """An authenticator with the PRF extension; `secret` is what it gives."""

    secret = b"s" * 32
    flags = 0x05

    def sign(self, options: str, *args: Any, **how: Any) -> str:
        told = json.loads(super().sign(options, *args, **how))
        assert json.loads(options)["extensions"]["prf"]["eval"]["first"]
        told["clientExtensionResults"] = {"prf": {"results": {"first": b64(self.secret)}}}
        return json.dumps(told)

    def data(self, rp: str, flags: int) -> bytes:
        return super().data(rp, flags if flags & 0x40 else self.flags)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("entry") / "archive", Clock())
    me = made.session(ROLE)
    enrolment = second_factor.begin(made.archive, me)
    second_factor.confirm(made.archive, me, enrolment, code_now(made, enrolment.typed))
    yield made
    made.archive.close()


@pytest.fixture
def key(house: Household) -> Iterator[Key]:
    """A passkey of the archivist that opens their keys."""
    me, device = house.session(ROLE), Key(credential=os.urandom(16))
    assert SITE is not None
    asked = passkeys.offer(house.archive, me, SITE)
    passkeys.add(house.archive, me, asked, device.credential.hex(), device.make(asked.options))
    let_open(house, device)
    yield device
    passkeys.remove(house.archive, me, device.credential.hex())


def let_open(house: Household, device: Key) -> None:
    assert SITE is not None
    me = house.session(ROLE)
    asked = passkeys.offer(house.archive, me, SITE)
    held = passkeys.held(house.archive, me)[-1]
    answer = device.sign(entry.ask_to_open(house.archive, asked, held))
    entry.let_open(house.archive, me, asked, answer)


def tried(visitor: Visitor, device: Key, name: str = NAME) -> TestResponse:
    page = visitor.get("/sign-in/passkey")
    return visitor.post("/sign-in/passkey", name=name, answer=device.sign(options_on(page.text)))


def test_a_member_comes_in_with_the_passkey_alone(house: Household, key: Key) -> None:
    visitor = Visitor(create_app(house.archive))
    page = visitor.get("/sign-in/passkey")
    assert "publickey-credentials-get=(self)" in page.headers["Permissions-Policy"]
    assert "publickey-credentials-get=()" in visitor.get("/sign-in").headers["Permissions-Policy"]
    before = visitor.cookie
    assert tried(visitor, key).location == "/"
    assert visitor.cookie != before
    assert visitor.get("/records").status_code == 200
    assert "This passkey opens your keys" in visitor.get("/passkeys").text
    assert visitor.get("/sign-in/passkey").location == "/"


def test_it_is_set_up_and_taken_away_on_the_page_of_passkeys(house: Household, key: Key) -> None:
    visitor, secret = Visitor(create_app(house.archive)), passphrase(ROLE)
    assert tried(visitor, key).location == "/"
    visitor.get("/passkeys")
    assert visitor.post("/passkeys/close", passphrase="wrong").status_code == 401
    visitor.get("/passkeys")
    assert "opens your keys any more" in visitor.follow("/passkeys/close", passphrase=secret).text
    assert entry.opens(house.archive, house.session(ROLE)) is None
    assert visitor.post("/passkeys/close", passphrase=secret).status_code == 404
    asked = visitor.get("/passkeys").text.split('action="/passkeys/open"')[1]
    answer = key.sign(options_on(asked.split("</form>")[0]))
    assert visitor.post("/passkeys/open", passphrase=secret, answer=answer).status_code == 303
    assert entry.opens(house.archive, house.session(ROLE)) == key.credential.hex()


def test_with_keyholders_the_web_process_has_no_private_key(house: Household, key: Key) -> None:
    visitor = Visitor(create_app(house.archive, Settings(keyholders=True)))
    try:
        assert tried(visitor, key).location == "/"
        assert visitor.get("/records").status_code == 200
        asked = entry.ask_anybody(house.archive, SITE)
        assert asked is not None
        opened, half = entry.sign_in(
            house.archive, NAME, asked, key.sign(asked.options), keyholders=True
        )
        assert half is not None
        assert opened.log_seed == b""
        with pytest.raises(PassphraseNeeded):
            entry.let_open(house.archive, opened, asked, key.sign(asked.options))
        key.secret = b"t" * 32
        with pytest.raises(WrongPassphrase):
            entry.sign_in(house.archive, NAME, asked, key.sign(asked.options), keyholders=True)
    finally:
        unlocking.seal(house.archive)


def test_every_failure_reads_the_same(house: Household, key: Key) -> None:
    app = create_app(house.archive)
    answers = [tried(Visitor(app), key, name) for name in ("Nobody", NAMES[Role.AUDITOR], "")]
    for change in ({"secret": b"t" * 32}, {"flags": 0x01}, {"user": b64(b"another")}):
        kept = {name: getattr(key, name) for name in change}
        vars(key).update(change)
        answers.append(tried(Visitor(app), key))
        vars(key).update(kept)
    visitor = Visitor(create_app(house.archive))
    old = key.sign(options_on(visitor.get("/sign-in/passkey").text))
    visitor.get("/sign-in/passkey")
    answers.append(visitor.post("/sign-in/passkey", name=NAME, answer=old))
    answers.append(visitor.post("/sign-in/passkey", name=NAME, answer="{}"))
    fresh = key.sign(options_on(visitor.get("/sign-in/passkey").text))
    assert visitor.post("/sign-in/passkey", name=NAME, answer=fresh).location == "/"
    assert {one.status_code for one in answers} == {401}
    assert len({words(one.text) for one in answers}) == 1


def test_as_much_is_done_for_a_name_without_such_a_slot_as_for_one_with_it(
    house: Household, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[tuple[int, int]] = []
    login = client.login

    def told(path: Path, slot: str, secret: bytearray, **more: str) -> Ticket:
        asked_of.append((len(json.loads(slot)["sealed"]), len(secret)))
        return login(path, slot, secret, **more)

    monkeypatch.setattr(client, "login", told)
    asked = entry.ask_anybody(house.archive, SITE)
    assert asked is not None
    monkeypatch.setattr(key, "secret", b"t" * 32)
    try:
        for name in (NAME, NAMES[Role.AUDITOR], "Nobody", ""):
            with pytest.raises(WrongPassphrase):
                entry.sign_in(house.archive, name, asked, key.sign(asked.options), keyholders=True)
    finally:
        unlocking.seal(house.archive)
    assert len(asked_of) == 4
    assert len(set(asked_of)) == 1


def test_a_passkey_without_the_extension_opens_nothing(house: Household, key: Key) -> None:
    me = house.session(ROLE)
    assert SITE is not None
    asked = passkeys.offer(house.archive, me, SITE)
    held = passkeys.held(house.archive, me)[-1]
    told = json.loads(key.sign(entry.ask_to_open(house.archive, asked, held)))
    told["clientExtensionResults"] = {}
    with pytest.raises(InvalidValue):
        entry.let_open(house.archive, me, asked, json.dumps(told))
    with pytest.raises(SecondFactorRefused):
        entry.let_open(
            house.archive, me, None, key.sign(entry.ask_to_open(house.archive, asked, held))
        )


def test_who_forgets_the_passkey_or_loses_the_factor_closes_it(house: Household, key: Key) -> None:
    me = house.session(ROLE)
    assert entry.opens(house.archive, me) == key.credential.hex()
    device = Key(credential=os.urandom(16))
    assert SITE is not None
    asked = passkeys.offer(house.archive, me, SITE)
    passkeys.add(house.archive, me, asked, "second", device.make(asked.options))
    passkeys.remove(house.archive, me, device.credential.hex())
    assert entry.opens(house.archive, me) == key.credential.hex()
    again = sign_in(house.archive, NAME, bytearray(passphrase(ROLE).encode()))
    passkeys.remove(house.archive, again, key.credential.hex())
    assert entry.opens(house.archive, me) is None
    asked = passkeys.offer(house.archive, me, SITE)
    passkeys.add(house.archive, me, asked, "third", key.make(asked.options))


def test_a_slot_is_bound_to_member_credential_and_output() -> None:
    secret = MemberSecret(b"m" * 32)
    slot = make_prf_slot(secret, b"o" * 32, member="m", credential="c", random=os.urandom)
    assert open_prf_slot(slot, b"o" * 32).seed == secret.seed
    assert open_any_slot(slot.to_json(), bytearray(b"o" * 32)).seed == secret.seed
    assert PrfSlot.from_json(slot.to_json()) == slot
    for moved in (
        PrfSlot("n", slot.credential, slot.salt, slot.sealed),
        PrfSlot(slot.member, "d", slot.salt, slot.sealed),
        PrfSlot(slot.member, slot.credential, bytes(16), slot.sealed),
    ):
        with pytest.raises(WrongSecret):
            open_prf_slot(moved, b"o" * 32)
    with pytest.raises(WrongSecret):
        open_prf_slot(slot, b"p" * 32)
    for text in ("", "[]", "{}", slot.to_json().replace("passkey-prf", "other")):
        with pytest.raises(MalformedKey):
            open_any_slot(text, bytearray(b"o" * 32))
    with pytest.raises(MalformedKey):
        make_prf_slot(secret, b"short", member="m", credential="c", random=os.urandom)


def test_the_disk_tells_no_output_of_a_passkey(house: Household, key: Key) -> None:
    needles = (key.secret, key.secret.hex().encode(), b64(key.secret).encode())
    for path in Path(house.archive.folder.path).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(one in content for one in needles), path
