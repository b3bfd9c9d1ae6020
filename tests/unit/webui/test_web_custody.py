"""The custodians' rooms: identities by two, rolling keys, calendar, operations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from archive.model.access import Role
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef
from archive.services import accessions
from archive.services.members import administration
from archive.services.session import sign_in
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND
from tests.canary import scan
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, passphrase, words
from webui.app import create_app

SECOND, SECOND_WORDS = "Wim Second", "eleven brown kettles singing"
PERSON = "Halvard Ostrem"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("custody") / "archive", clock)
    head = made.session(Role.CUSTODIAN)
    secret = bytearray(SECOND_WORDS.encode())
    administration.add_member(made.archive, head, SECOND, Role.CUSTODIAN, secret, RFC9106_SECOND)
    made.sessions.clear()
    head = made.session(Role.CUSTODIAN)
    sources.register(made.archive, head, sources.NewSource(PERSON, (), notes="met at the weir"))
    made.take_in({"note.txt": b"A note."})
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def pair(house: Household) -> tuple[Visitor, Visitor]:
    """Two custodians' browsers."""
    app = create_app(house.archive)
    one, two = Visitor(app), Visitor(app)
    assert one.sign_in(Role.CUSTODIAN).status_code == 303
    two.get("/sign-in")
    assert two.post("/sign-in", name=SECOND, passphrase=SECOND_WORDS).status_code == 303
    for each in (one, two):
        each.get("/about")
    return one, two


def test_an_identity_opens_to_two_custodians_for_a_time_and_to_no_one_alone(
    house: Household, pair: tuple[Visitor, Visitor], clock: Clock
) -> None:
    one, two = pair
    mine = passphrase(Role.CUSTODIAN)
    one.get("/unsealing")
    early = one.post("/unsealing/open", source="S-0002", passphrase=mine)
    assert early.status_code == 409
    assert PERSON not in early.text
    page = one.follow("/unsealing", source="S-0002", purpose="a <b>court</b> order", lasting="4")
    assert "a <b>court</b> order" in words(page.text)
    assert "<b>" not in page.text
    shown = two.get("/unsealing").text
    assert f"asked by {NAMES[Role.CUSTODIAN]}" in words(shown)
    number = re.findall(r'name="request" value="([0-9a-f-]{36})"', shown)[0]
    own = one.post("/unsealing/approve", request=number, passphrase=mine)
    assert own.status_code == 409
    wrong = two.post("/unsealing/approve", request=number, passphrase="not mine at all, no")
    assert wrong.status_code == 401
    two.follow("/unsealing/approve", request=number, passphrase=SECOND_WORDS)
    assert two.post("/unsealing/open", source="S-0002", passphrase=SECOND_WORDS).status_code == 409
    opened = one.post("/unsealing/open", source="S-0002", passphrase=mine)
    assert opened.status_code == 200
    assert PERSON in opened.text
    assert "met at the weir" in opened.text
    assert "S-0002, agreed" in words(one.get("/calendar").text)
    clock.pass_(hours=5)
    for visitor, secret in ((one, mine), (two, SECOND_WORDS)):
        visitor.client.delete_cookie("__Host-strongroom", domain="localhost")
        name = NAMES[Role.CUSTODIAN] if visitor is one else SECOND
        visitor.get("/sign-in")
        assert visitor.post("/sign-in", name=name, passphrase=secret).status_code == 303
        visitor.get("/about")
    late = one.post("/unsealing/open", source="S-0002", passphrase=mine)
    assert late.status_code == 409
    assert PERSON not in late.text


def test_who_is_the_only_custodian_is_told_before_asking(
    pair: tuple[Visitor, Visitor], custodian: Visitor
) -> None:
    assert "the only custodian" in words(custodian.get("/unsealing").text)
    assert "the only custodian" not in words(pair[0].get("/unsealing").text)


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "S-0002", "purpose": " ", "lasting": "4"},
        {"source": "S-0002", "purpose": "p" * 1001, "lasting": "4"},
        {"source": "S-0002", "purpose": "why", "lasting": "9999"},
        {"source": "x", "purpose": "why", "lasting": "4"},
    ],
)
def test_a_request_that_is_none_is_refused_and_its_words_are_kept(
    pair: tuple[Visitor, Visitor], fields: dict[str, str]
) -> None:
    one, _ = pair
    one.get("/unsealing")
    answer = one.post("/unsealing", **fields)
    assert answer.status_code == 422
    assert fields["purpose"] in answer.text


def test_keys_are_rolled_after_it_was_shown_what_that_does(
    house: Household, pair: tuple[Visitor, Visitor]
) -> None:
    one, _ = pair
    page = words(one.get("/keys").text)
    assert f"{NAMES[Role.RESEARCHER]} researcher reading" in page
    foreseen = one.post("/keys/foresee", compartment=["reading", "originals"])
    told = words(foreseen.text)
    assert "Nothing is changed yet" in told
    row = re.findall(r"originals (\d+) (\d+) (\d+) (\d+)", told)[0]
    assert row[0] == "2"
    assert int(row[1]) > 0
    assert (row[2], row[3]) == ("3", "1")
    assert words(one.get("/keys").text) == page
    mine = passphrase(Role.CUSTODIAN)
    assert (
        one.post("/keys/roll", compartment=["reading"], passphrase="no, not mine").status_code
        == 401
    )
    assert one.post("/keys/foresee").status_code == 422
    assert one.post("/keys/foresee", compartment=["sources"]).status_code == 422
    done = one.follow("/keys/roll", compartment=["reading", "originals"], passphrase=mine)
    assert f"{row[1]} headers re-wrapped" in words(done.text)
    assert one.get("/about").status_code == 200


def test_the_calendar_shows_embargoes_that_end_and_those_that_are_over(
    house: Household, pair: tuple[Visitor, Visitor]
) -> None:
    me = sign_in(
        house.archive, NAMES[Role.ARCHIVIST], bytearray(passphrase(Role.ARCHIVIST).encode())
    )
    for title, ends in (("Mill papers", date(2044, 1, 2)), ("Weir papers", None)):
        terms = ("ask the heirs",)
        given = Accession(
            AccessionRef("A-0001"), title, date(2030, 1, 1), restrictions=terms, embargo=ends
        )
        accessions.open_accession(house.archive, me, given)
    page = words(pair[0].get("/calendar").text)
    assert "Jan 2, 2044 A-0001 Mill papers" in page
    assert "A-0002 Weir papers : ask the heirs" in page


def test_the_operations_page_checks_this_machine(
    house: Household, pair: tuple[Visitor, Visitor]
) -> None:
    page = words(pair[0].get("/operations").text)
    assert "there was never one" in page
    assert "Free at the archive" in page
    checked = words(pair[0].post("/operations").text)
    assert "cryptography ok every algorithm gives its known answer" in checked
    assert "backup warning" in checked


def test_no_identity_is_left_anywhere_outside_the_answer(house: Household) -> None:
    assert scan([house.archive.folder.path], [PERSON, "met at the weir"]) == []
