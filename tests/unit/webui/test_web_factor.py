"""T6: the second factor, one-time codes and new passphrases at the web door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import SecondFactorRefused
from archive.model.access import Role
from archive.services import audit
from archive.services.members import administration, second_factor
from archive.services.members.passphrases import check_passphrase, strength
from keys.totp import hotp
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, passphrase
from webui.app import create_app
from webui.settings import Settings

EVERYBODY = Settings(second_factor=frozenset(Role))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("factor") / "archive", Clock())
    yield made
    made.archive.close()


def code_now(house: Household, key: str, ahead: int = 0) -> str:
    from base64 import b32decode

    step = int(house.archive.clock().timestamp()) // 30
    return hotp(b32decode(key), step + ahead)


def key_on(page: str) -> str:
    [key] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    return key


def moved(house: Household, **passed: float) -> None:
    clock = house.archive.clock
    assert isinstance(clock, Clock)
    clock.pass_(**passed)


def test_who_must_have_a_second_factor_gets_no_page_before_it_is_set_up(house: Household) -> None:
    visitor = Visitor(create_app(house.archive, EVERYBODY))
    assert visitor.sign_in(Role.RESEARCHER).location == "/second-factor"
    for path in ("/", "/search", "/about", "/passphrase", "/members"):
        assert visitor.get(path).location == "/second-factor"
    waiting = visitor.cookie
    page = visitor.get("/second-factor").text
    key = key_on(page)
    assert "Rooms" not in page
    assert visitor.post("/second-factor", code="000000").status_code == 401
    assert visitor.get("/search").location == "/second-factor"
    done = visitor.follow("/second-factor", code=code_now(house, key))
    assert visitor.get("/second-factor/codes").location == "/"
    spare = re.findall(r"<li><code>([A-Z2-7-]{14})</code></li>", done.text)
    assert len(set(spare)) == 8
    assert visitor.cookie not in (None, waiting)
    assert visitor.get("/search").status_code == 200

    again = Visitor(create_app(house.archive))
    assert again.sign_in(Role.RESEARCHER).location == "/second-factor"
    again.get("/second-factor")
    replayed = again.post("/second-factor", code=code_now(house, key))
    assert replayed.status_code == 401
    assert again.get("/search").location == "/second-factor"
    assert again.post("/second-factor", code=spare[0].lower()).status_code == 303
    assert again.get("/search").status_code == 200
    third = Visitor(create_app(house.archive))
    third.sign_in(Role.RESEARCHER)
    third.get("/second-factor")
    assert third.post("/second-factor", code=spare[0]).status_code == 401
    moved(house, seconds=60)
    assert third.post("/second-factor", code=code_now(house, key)).status_code == 303
    second_factor.remove(house.archive, house.session(Role.CUSTODIAN), NAMES[Role.RESEARCHER])
    assert Visitor(create_app(house.archive)).sign_in(Role.RESEARCHER).location == "/"
    denied = audit.timeline(house.archive.catalog, outcome="denied", limit=100)
    assert sum(one.links.get("action") == "second-factor" for one in denied) == 3


def test_guessing_codes_is_slow(house: Household) -> None:
    session = house.session(Role.AUDITOR)
    enrolment = second_factor.begin(house.archive, session)
    now = code_now(house, enrolment.typed)
    second_factor.confirm(house.archive, session, enrolment, now)
    visitor = Visitor(create_app(house.archive))
    visitor.sign_in(Role.AUDITOR)
    visitor.get("/second-factor")
    answers = [visitor.post("/second-factor", code="000000").status_code for _ in range(7)]
    assert answers[0] == 401
    assert answers[-1] == 429
    second_factor.remove(house.archive, house.session(Role.CUSTODIAN), NAMES[Role.AUDITOR])


def test_another_members_factor_put_in_place_is_not_taken(house: Household) -> None:
    mine, other = house.session(Role.ARCHIVIST), house.session(Role.CUSTODIAN)
    enrolment = second_factor.begin(house.archive, mine)
    second_factor.confirm(house.archive, mine, enrolment, code_now(house, enrolment.typed))
    with house.archive.catalog.write() as tx:
        slot = tx.slots.get(mine.member.id, 3)
        assert slot is not None
        assert enrolment.key.hex() not in slot.body
        tx.slots.replace(type(slot)(other.member.id, 3, slot.body))
    moved(house, seconds=90)
    with pytest.raises(Exception, match="ledger committed"):
        second_factor.check(house.archive, other, code_now(house, enrolment.typed))
    with house.archive.catalog.write() as tx:
        tx.slots.remove(other.member.id, 3)
    with pytest.raises(SecondFactorRefused):
        second_factor.check(house.archive, other, code_now(house, enrolment.typed))
    second_factor.remove(house.archive, other, NAMES[Role.ARCHIVIST])


def test_a_member_joins_by_the_page_and_nobody_else_sees_the_passphrase(house: Household) -> None:
    custodian = Visitor(create_app(house.archive))
    custodian.sign_in(Role.CUSTODIAN)
    custodian.get("/members")
    invitation = {"name": "Lotte Verhoeven", "role": "researcher"}
    refused = custodian.post("/members/invite", passphrase="not mine", **invitation)
    assert (refused.status_code, "Lotte" in custodian.get("/members").text) == (401, False)
    mine = passphrase(Role.CUSTODIAN)
    page = custodian.post("/members/invite", passphrase=mine, **invitation).text
    [code] = re.findall(r"<code>((?:[A-Z2-7]{4}-){5}[A-Z2-7]{4})</code>", page)
    assert code not in custodian.get("/members").text
    visitor = Visitor(create_app(house.archive))
    visitor.get("/join")
    words = "ribbon cobalt meadow eighty"
    form = {"name": "Lotte Verhoeven", "new": words, "again": words}
    tried = visitor.post("/join", act="try", **form)
    assert (tried.status_code, 'value="4"' in tried.text, words in tried.text) == (200, True, False)
    wrong = visitor.post("/join", code="AAAA", **form)
    nobody = visitor.post("/join", code=code, **{**form, "name": "No Such Person"})
    assert wrong.status_code == nobody.status_code == 401
    assert strip(wrong.text) == strip(nobody.text)
    weak = visitor.post("/join", code=code, **{**form, "new": "lotte verhoeven", "again": "x"})
    assert weak.status_code == 422
    assert visitor.post("/join", code=code, **form).location == "/sign-in"
    assert visitor.post("/join", code=code, **form).status_code == 401
    visitor.get("/sign-in")
    entered = visitor.post("/sign-in", name="Lotte Verhoeven", passphrase=words)
    assert entered.location == "/"
    left = custodian.post("/members/disable", name="Lotte Verhoeven", confirm="Lotte")
    assert left.status_code == 422
    form = {"name": "Lotte Verhoeven", "confirm": "Lotte Verhoeven", "passphrase": mine}
    assert "is disabled" in custodian.follow("/members/disable", **form).text
    assert visitor.get("/search").location == "/sign-in"


def strip(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


def test_a_new_passphrase_needs_the_present_one_and_ends_other_sessions(house: Household) -> None:
    here, there = (Visitor(create_app(house.archive)) for _ in range(2))
    for visitor in (here, there):
        visitor.sign_in(Role.AUDITOR)
        visitor.get("/passphrase")
    words = "thimble orchid granite twelve"
    form = {"new": words, "again": words}
    assert here.post("/passphrase", current="not this one", **form).status_code == 401
    old = passphrase(Role.AUDITOR)
    assert here.post("/passphrase", current=old, new=words, again="x").status_code == 422
    assert here.post("/passphrase", current=old, **form).location == "/sign-in"
    for visitor in (here, there):
        assert visitor.get("/audit").location == "/sign-in"
    assert here.sign_in(Role.AUDITOR, old).status_code == 401
    assert here.sign_in(Role.AUDITOR, words).location == "/"


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("granite lantern ferry seven", True),
        ("zwölf Boxkämpfer jagen Viktor", True),
        ("n4V!q8zR#w2LxT7", True),
        ("fourteen chars", False),
        ("passwordpassword", False),
        ("123456789012345", False),
        ("qwertyuiopasdfghjkl", False),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", False),
        ("correct horse battery staple", False),
        ("iloveyouiloveyou", False),
        ("strongroom archive", False),
        ("Orla Custodian Orla", False),
    ],
)
def test_passphrases_are_long_and_hard_to_guess_and_nothing_else(words: str, taken: bool) -> None:
    assert strength(words.encode(), ("Orla Custodian",)).taken == taken
    if taken:
        check_passphrase(bytearray(words.encode()), ("Orla Custodian",))


def test_a_very_long_passphrase_is_taken_whole(tmp_path: Path, house: Household) -> None:
    long = b"a sentence that nobody else would think of writing down; " * 20
    check_passphrase(bytearray(long))
    assert administration.kdf_profile(None).memory_kib == 262144
