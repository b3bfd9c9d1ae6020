"""T6: passkeys at the web door: only the right key, for the right member, site and question."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from archive.errors import BindingMismatch, InvalidValue, SecondFactorRefused
from archive.model.access import Role
from archive.services import audit
from archive.services.members import passkeys, second_factor
from archive.services.session import Session
from tests.unit.webui.test_web_factor import code_now
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, passphrase
from webui.app import create_app

ORIGIN, RP = "https://localhost", "localhost"
SITE = passkeys.site_of(RP)
assert SITE is not None


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """A security key in software: ES256, with a count, as the specification has it (6.1, 6.5)."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential: bytes = b"key number one"
    count: int = 0
    user: str | None = None

    def make(self, options: str, origin: str = ORIGIN, rp: str = RP) -> str:
        """Answer the options of a registration."""
        asked = json.loads(options)
        self.user = asked["user"]["id"]
        numbers = self.private.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        size = len(self.credential).to_bytes(2, "big")
        data = self.data(rp, 0x45) + bytes(16) + size + self.credential + cbor2.dumps(cose)
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self.client("webauthn.create", asked["challenge"], origin)
        return self.answer(clientDataJSON=b64(client), attestationObject=b64(whole))

    def sign(self, options: str, origin: str = ORIGIN, rp: str = RP, **client: Any) -> str:
        """Answer a question."""
        self.count += 1
        asked = json.loads(options)
        data = self.data(rp, 0x05)
        told = self.client("webauthn.get", asked["challenge"], origin, **client)
        message = data + hashlib.sha256(told).digest()
        signature = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": told, "authenticatorData": data, "signature": signature}
        return self.answer(
            **{name: b64(part) for name, part in parts.items()}, userHandle=self.user
        )

    def data(self, rp: str, flags: int) -> bytes:
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def client(self, kind: str, challenge: str, origin: str, **more: Any) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, **more}).encode()

    def answer(self, **response: Any) -> str:
        name = b64(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("passkeys") / "archive", Clock())
    for role in (Role.RESEARCHER, Role.ARCHIVIST):
        enrolment = second_factor.begin(made.archive, made.session(role))
        second_factor.confirm(
            made.archive, made.session(role), enrolment, code_now(made, enrolment.typed)
        )
    yield made
    made.archive.close()


def enrol(house: Household, role: Role, name: str, **how: Any) -> Authenticator:
    """Register a new authenticator for a role's member by the service."""
    me, device = house.session(role), Authenticator(credential=name.encode(), **how)
    assert SITE is not None
    asked = passkeys.offer(house.archive, me, SITE)
    passkeys.add(house.archive, me, asked, name, device.make(asked.options))
    return device


def ask(house: Household, me: Session) -> passkeys.Asked:
    asked = passkeys.ask(house.archive, me, SITE)
    assert asked is not None
    return asked


def options_on(page: str, act: str = "get") -> str:
    [found] = re.findall(rf'data-passkey="{act}" data-options="([^"]*)"', page)
    return html.unescape(found)


def denied(house: Household) -> int:
    lines = audit.timeline(house.archive.catalog, limit=10_000)
    return sum(one.links.get("action") == "second-factor" for one in lines)


def test_a_member_makes_a_passkey_comes_in_with_it_and_forgets_it(house: Household) -> None:
    role, words = Role.RESEARCHER, passphrase(Role.RESEARCHER)
    visitor, device = Visitor(create_app(house.archive)), Authenticator()
    visitor.sign_in(role)
    assert "data-passkey" not in visitor.get("/second-factor").text
    me, archive = house.session(role), house.archive
    assert passkeys.ask(archive, me, SITE) is None
    enrolled = enrol(house, role, "first")
    page = visitor.get("/second-factor")
    assert "publickey-credentials-get=(self)" in page.headers["Permissions-Policy"]
    waiting = visitor.cookie
    answer = enrolled.sign(options_on(page.text))
    assert visitor.post("/second-factor/passkey", answer=answer).location == "/"
    assert visitor.cookie != waiting

    page = visitor.get("/passkeys").text
    made = device.make(options_on(page, "create"))
    form = {"name": "laptop", "answer": made}
    assert visitor.post("/passkeys", passphrase="wrong", **form).status_code == 401
    page = visitor.get("/passkeys").text
    form["answer"] = device.make(options_on(page, "create"))
    assert "laptop" in visitor.follow("/passkeys", passphrase=words, **form).text
    assert {one.name for one in passkeys.held(archive, house.session(role))} == {"first", "laptop"}
    wrong = visitor.post("/passkeys/remove", passphrase="wrong", id=b"first".hex())
    assert wrong.status_code == 401
    gone = visitor.follow("/passkeys/remove", passphrase=words, id=b"first".hex())
    assert "<bdi>first</bdi>" not in gone.text
    assert visitor.post("/passkeys/remove", passphrase=words, id=b"first".hex()).status_code == 404
    assert "publickey-credentials-get=()" in visitor.get("/about").headers["Permissions-Policy"]


def test_a_waiting_member_sees_no_page_of_passkeys(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    assert visitor.sign_in(Role.ARCHIVIST).location == "/second-factor"
    assert visitor.get("/passkeys").location == "/second-factor"
    visitor.get("/second-factor")
    assert visitor.post("/passkeys", name="mine", answer="{}").location == "/second-factor"


def test_who_has_no_codes_yet_makes_no_passkey(house: Household) -> None:
    assert SITE is not None
    me = house.session(Role.AUDITOR)
    asked = passkeys.offer(house.archive, me, SITE)
    with pytest.raises(InvalidValue):
        passkeys.add(house.archive, me, asked, "early", Authenticator().make(asked.options))
    visitor = Visitor(create_app(house.archive))
    visitor.sign_in(Role.AUDITOR)
    assert "data-passkey" not in visitor.get("/passkeys").text


@pytest.mark.parametrize(
    "how",
    [
        {"origin": "https://localhost.evil.example"},
        {"origin": "http://archive.example"},
        {"origin": "https://archive.example"},
        {"rp": "archive.example"},
        {"crossOrigin": True},
    ],
    ids=lambda how: "-".join(map(str, how.values())),
)
def test_an_answer_from_another_site_is_refused(house: Household, how: dict[str, Any]) -> None:
    me = house.session(Role.ARCHIVIST)
    device = enrol(house, Role.ARCHIVIST, "-".join(map(str, how.values())))
    before, asked = denied(house), ask(house, me)
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, me, asked, device.sign(asked.options, **how))
    assert denied(house) == before + 1
    asked = ask(house, me)
    passkeys.check(house.archive, me, asked, device.sign(asked.options))
    passkeys.remove(house.archive, me, device.credential.hex())


def test_an_answer_is_taken_once_and_to_its_own_question_alone(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    device = enrol(house, Role.ARCHIVIST, "replayed")
    visitor.sign_in(Role.ARCHIVIST)
    old = device.sign(options_on(visitor.get("/second-factor").text))
    visitor.get("/second-factor")
    assert visitor.post("/second-factor/passkey", answer=old).status_code == 401
    fresh = device.sign(options_on(visitor.get("/second-factor").text))
    assert visitor.post("/second-factor/passkey", answer="{}").status_code == 401
    assert visitor.post("/second-factor/passkey", answer=fresh).status_code == 401
    page = visitor.get("/second-factor").text
    assert (
        visitor.post("/second-factor/passkey", answer=device.sign(options_on(page))).location == "/"
    )
    passkeys.remove(house.archive, house.session(Role.ARCHIVIST), device.credential.hex())


def test_another_members_passkey_is_refused(house: Household) -> None:
    mine, other = house.session(Role.ARCHIVIST), house.session(Role.RESEARCHER)
    device, theirs = enrol(house, Role.ARCHIVIST, "mine"), enrol(house, Role.RESEARCHER, "theirs")
    asked = ask(house, mine)
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, mine, asked, theirs.sign(asked.options))
    device.user = b64(other.member.id.encode())
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, mine, asked, device.sign(asked.options))
    with house.archive.catalog.write() as tx:
        slot = tx.slots.get(other.member.id, 4)
        assert slot is not None
        kept = tx.slots.get(mine.member.id, 4)
        assert kept is not None
        tx.slots.replace(type(slot)(mine.member.id, 4, slot.body))
    with pytest.raises(BindingMismatch):
        passkeys.held(house.archive, mine)
    with house.archive.catalog.write() as tx:
        tx.slots.replace(kept)
    for me, one in ((mine, device), (other, theirs)):
        passkeys.remove(house.archive, me, one.credential.hex())


@pytest.mark.parametrize("step", [0, -1])
def test_a_copied_authenticator_is_found_by_its_count(house: Household, step: int) -> None:
    me = house.session(Role.ARCHIVIST)
    device = enrol(house, Role.ARCHIVIST, f"copied {step}")
    for _ in range(3):
        asked = ask(house, me)
        passkeys.check(house.archive, me, asked, device.sign(asked.options))
    asked = ask(house, me)
    device.count += step - 1
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, me, asked, device.sign(asked.options))
    passkeys.remove(house.archive, me, device.credential.hex())


@pytest.mark.parametrize("answer", ["", "[]", "{}", "null", "x" * 20_000, '{"rawId": 5}'])
def test_what_is_no_answer_is_refused(house: Household, answer: str) -> None:
    me = house.session(Role.ARCHIVIST)
    device = enrol(house, Role.ARCHIVIST, "odd")
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, me, ask(house, me), answer)
    assert SITE is not None
    asked = passkeys.offer(house.archive, me, SITE)
    with pytest.raises(SecondFactorRefused):
        passkeys.add(house.archive, me, asked, "odder", answer)
    with pytest.raises(SecondFactorRefused):
        passkeys.check(house.archive, me, None, device.sign(ask(house, me).options))
    passkeys.remove(house.archive, me, device.credential.hex())


def test_taking_the_second_factor_away_takes_the_passkeys_along(house: Household) -> None:
    head, me = house.session(Role.CUSTODIAN), house.session(Role.RESEARCHER)
    enrol(house, Role.RESEARCHER, "lost")
    second_factor.remove(house.archive, head, NAMES[Role.RESEARCHER])
    assert passkeys.held(house.archive, me) == ()
    assert passkeys.ask(house.archive, me, SITE) is None


@pytest.mark.parametrize(
    ("host", "origins"),
    [
        ("localhost:8443", ("https://localhost:8443", "http://localhost:8443")),
        ("Archive.Example", ("https://archive.example",)),
        ("127.0.0.1:9", None),
        ("[::1]:9", None),
    ],
)
def test_a_site_is_a_name_and_clear_text_is_for_this_machine_alone(
    host: str, origins: tuple[str, ...] | None
) -> None:
    site = passkeys.site_of(host)
    assert (site.origins if site else None) == origins


def test_the_disk_tells_nothing_of_passkeys(house: Household) -> None:
    device = enrol(house, Role.ARCHIVIST, "a drowned lantern")
    needles = (b"drowned lantern", device.credential.hex().encode(), device.credential)
    for path in house.archive.folder.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(one in content for one in needles), path
