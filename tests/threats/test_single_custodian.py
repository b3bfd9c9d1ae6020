"""T8: one person is enough where the signed founding says so, stamped everywhere, nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from archive.bootstrap import init_archive, open_archive
from archive.errors import FourEyesRequired, IntegrityError, InvalidValue, NotPermitted
from archive.ledger import parse_entry
from archive.ledger.entry import build_entry
from archive.model.access import Action, Role
from archive.model.ids import RecordId
from archive.model.provenance import Checkpoint, EntryDraft, EventType
from archive.policy import Why
from archive.services import audit, persons
from archive.services.audit import reports
from archive.services.log_files import LogFiles
from archive.services.members import administration
from archive.services.oversight import explaining
from archive.services.persons import STAMP
from archive.services.reading_room import access, exports
from archive.services.redaction import redact, releasing
from archive.services.session import Session
from keys.profiles import RFC9106_SECOND
from tests.catalog_file import by_hand
from tests.small_archive import PASSPHRASE, Small, build, copied, take_in
from tests.unit.webui.webhouse import Visitor
from webui.app import create_app


def founded(place: Path) -> Small:
    """Found an archive of one person, with a researcher, and one record released by one."""
    place.mkdir(parents=True)
    phrase = bytearray(PASSPHRASE)
    made = init_archive(place / "archive", "custodian", phrase, RFC9106_SECOND, alone=True)
    archive = open_archive(place / "archive")
    small = Small(archive, {}, RecordId(""), RecordId(""), made.recovery_sheet)
    join(small, "researcher", Role.RESEARCHER)
    small.people["archivist"] = small.people["custodian"]
    small.released, small.kept = take_in(small, "Copper kettles left.", "Tin kettles stayed.")
    release_alone(small, small.released)
    return small


def join(small: Small, name: str, role: Role) -> None:
    """Add a member, and sign everybody in again."""
    head = small.sign_in("custodian")
    phrase = bytearray(PASSPHRASE)
    if name != "custodian":
        administration.add_member(small.archive, head, name, role, phrase, RFC9106_SECOND)
    small.people |= {"custodian": small.sign_in("custodian"), name: small.sign_in(name)}


def release_alone(small: Small, record: RecordId) -> None:
    """Let the custodian do everything."""
    head = small.people["custodian"]
    redact.mark(small.archive, head, record, text="kettles")
    redact.submit(small.archive, head, record)
    redact.approve(small.archive, head, record)
    redact.release(small.archive, head, record)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = founded(tmp_path_factory.mktemp("alone") / "one")
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("normal"))
    yield made
    made.archive.close()


def newest(small: Small, event: EventType) -> dict[str, str]:
    lines = audit.timeline(small.archive.catalog, limit=10_000)
    return next(one.links for one in lines if one.type == event.value)


def test_what_one_person_released_is_stamped_wherever_it_comes_out(alone: Small) -> None:
    archive, ines = alone.archive, alone.people["researcher"]
    assert newest(alone, EventType.ARCHIVE_CREATED)["persons"] == "one"
    assert newest(alone, EventType.RELEASE)["persons"] == "one"
    view = access.show(archive, ines, alone.released)
    assert (view.stamp, view.text) == (STAMP, view.text)
    text = exports.export(archive, ines, alone.released, exports.Form.TEXT)
    assert text.data.decode().endswith(f"\n{STAMP}\n")
    page = exports.export(archive, ines, alone.released, exports.Form.PDF)
    for found in (text, page):
        assert json.loads(found.manifest)["persons"] == "one"
    with pikepdf.open(BytesIO(page.data)) as pdf:
        assert len(pdf.pages) == 2
    assert page.data == exports.export(archive, ines, alone.released, exports.Form.PDF).data


def test_an_ordinary_archive_has_no_stamp_anywhere(normal: Small) -> None:
    archive, ines = normal.archive, normal.people["researcher"]
    assert "persons" not in newest(normal, EventType.ARCHIVE_CREATED)
    assert "persons" not in newest(normal, EventType.RELEASE)
    assert access.show(archive, ines, normal.released).stamp is None
    text = exports.export(archive, ines, normal.released, exports.Form.TEXT)
    assert STAMP not in text.data.decode()
    assert "persons" not in json.loads(text.manifest)
    assert STAMP not in create_app(archive).test_client().get("/sign-in").text


def test_every_page_of_an_archive_of_one_person_says_so(alone: Small) -> None:
    app = create_app(alone.archive)
    visitor = Visitor(app)
    seen = {"/sign-in": visitor.get("/sign-in"), "/join": visitor.get("/join")}
    visitor.post("/sign-in", name="custodian", passphrase=PASSPHRASE.decode())
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "auth.home"):
            path = rule.rule.replace("<record>", alone.released).replace("<int:number>", "1")
            seen[path] = visitor.get(path)
    pages = {path: one for path, one in seen.items() if one.mimetype == "text/html"}
    shown = [path for path, one in pages.items() if one.status_code in (200, 404)]
    assert len(shown) > 20
    assert [path for path in shown if STAMP not in pages[path].text] == []


def test_the_auditor_is_told_and_finds_nothing_wrong(alone: Small) -> None:
    archive = alone.archive
    told = audit.redaction(archive.catalog, archive.folder.vkeys, alone.released)
    assert (told.verdict.ok, told.alone, told.workers) == (True, True, (told.approver,))
    asked = reports.Asked(archive.folder.archive_id, archive.folder.vkeys, ())
    files = LogFiles(archive.folder)
    report = reports.report(archive.catalog, files, asked, now=datetime(2031, 1, 1, tzinfo=UTC))
    assert report.verdict.ok
    rows = dict(row for row in report.sections[0].rows)
    assert rows["Persons who release takes"].startswith("one, from the beginning")


def test_policy_says_that_the_rule_is_off(alone: Small) -> None:
    head = alone.people["custodian"]
    told = explaining.explain(alone.archive, head, "custodian", Action.APPROVE)
    assert {one.why: one.passes for one in told.findings}[Why.PEOPLE] is True
    assert told.setting.single


def rewritten(small: Small, session: Session) -> None:
    """Let whoever holds the founder's key write another founding over the stored one."""
    with by_hand(small.archive.folder.catalog) as db:
        (body,) = db.execute("SELECT body FROM ledger_entries WHERE entry_index = 0").fetchone()
        old = parse_entry(body)
        draft = EntryDraft(old.type, old.object, old.outcome, {**old.links, "persons": "one"}, {})
        after = Checkpoint("", old.after_size, bytes.fromhex(old.after_root))
        signer = session.secret.signer
        forged = build_entry(draft, old.agent, signer, seq=0, prev=None, after=after, time=old.time)
        assert signer.public.hex() == old.links["ed25519"]
        db.execute("UPDATE ledger_entries SET body = ? WHERE entry_index = 0", (forged,))


def test_an_insider_who_rewrites_the_founding_does_not_make_an_archive_of_one_person(
    normal: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = copied(normal, tmp_path / "archive")
    head = small.sign_in("custodian")
    rewritten(small, head)
    with pytest.raises(FourEyesRequired):
        redact.mark(small.archive, head, small.kept, text="kettles")
        redact.submit(small.archive, head, small.kept)
        redact.approve(small.archive, head, small.kept)
    head.founded_alone = head.alone = True
    monkeypatch.setattr(releasing, "drain", lambda *_: None)
    redact.approve(small.archive, head, small.kept)
    redact.release(small.archive, head, small.kept)
    assert newest(small, EventType.RELEASE)["persons"] == "one"
    with pytest.raises(IntegrityError):
        access.show(small.archive, small.sign_in("researcher"), small.kept)
    small.archive.close()


def test_grants_alone_do_not_make_an_archive_of_one_person(normal: Small) -> None:
    head = normal.sign_in("custodian")
    head.founded_alone = head.alone = True
    with normal.archive.catalog.read() as snapshot:
        assert not persons.one_is_enough(head, snapshot)


def test_a_release_that_hides_its_stamp_is_refused(
    alone: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = copied(alone, tmp_path / "archive")
    with monkeypatch.context() as changed:
        changed.setattr(releasing, "PERSONS", "staff")
        changed.setattr(releasing, "drain", lambda *_: None)
        release_alone(small, small.kept)
    with pytest.raises(IntegrityError):
        access.show(small.archive, small.people["researcher"], small.kept)
    small.archive.close()


def test_two_persons_are_called_for_once_and_for_good(alone: Small, tmp_path: Path) -> None:
    small = copied(alone, tmp_path / "archive")
    archive, before = small.archive, small.people["researcher"]
    with pytest.raises(NotPermitted):
        persons.require_two(archive, before)
    with pytest.raises(InvalidValue):
        persons.require_two(archive, small.people["custodian"])
    join(small, "second", Role.ARCHIVIST)
    head = small.people["custodian"]
    redact.mark(archive, head, small.kept, text="kettles")
    redact.submit(archive, head, small.kept)
    redact.approve(archive, head, small.kept)
    persons.require_two(archive, head)
    with pytest.raises(FourEyesRequired):
        redact.release(archive, head, small.kept)
    with pytest.raises(InvalidValue):
        persons.require_two(archive, head)
    redact.mark(archive, head, small.kept, text="stayed")
    redact.submit(archive, head, small.kept)
    with pytest.raises(FourEyesRequired):
        redact.approve(archive, head, small.kept)
    redact.approve(archive, small.people["second"], small.kept)
    redact.release(archive, head, small.kept)
    assert "persons" not in newest(small, EventType.RELEASE)
    for session in (before, small.sign_in("researcher")):
        assert access.show(archive, session, small.kept).stamp is None
        assert access.show(archive, session, small.released).stamp == STAMP
    told = audit.redaction(archive.catalog, archive.folder.vkeys, small.released)
    assert (told.verdict.ok, told.alone) == (True, True)
    assert STAMP not in create_app(archive).test_client().get("/sign-in").text
    archive.close()


def test_taking_the_call_for_two_persons_out_of_the_catalog_brings_nothing_back(
    alone: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = copied(alone, tmp_path / "archive")
    join(small, "second", Role.ARCHIVIST)
    head = small.people["custodian"]
    persons.require_two(small.archive, head)
    with by_hand(small.archive.folder.catalog) as db:
        kind = f'%"type":"{EventType.TWO_PERSONS_BEGUN.value}"%'
        gone = db.execute("DELETE FROM ledger_entries WHERE CAST(body AS TEXT) LIKE ?", (kind,))
        assert gone.rowcount == 1
    head.alone = True
    monkeypatch.setattr(releasing, "drain", lambda *_: None)
    release_alone(small, small.kept)
    for record in (small.kept, small.released):
        with pytest.raises(IntegrityError):
            access.show(small.archive, small.sign_in("researcher"), record)
    small.archive.close()
