"""T7: the command line, the web door and a worker write at once; nothing is lost, nothing forks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from click.testing import CliRunner

from archive.bootstrap import utc_now
from archive.cli.app import cli
from archive.ledger import parse_entry
from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.intake.ingest import Upload, ingest
from archive.services.parts import Archive
from archive.services.session import sign_in
from tests.unit.webui.webhouse import NAMES, Household, Visitor, found, passphrase
from webui.app import create_app

_fork = get_context("fork")
READ, ASKED, TAKEN = 20, 3, 12


def browse(house: Household, record: str) -> None:
    visitor = Visitor(create_app(house.archive.in_child()))
    assert visitor.sign_in(Role.RESEARCHER).status_code == 303
    for _ in range(READ):
        assert visitor.get(f"/reading/{record}").status_code == 200


def command(house: Household, _record: str) -> None:
    secret = house.archive.folder.path.parent / "pass"
    me = ["--as", NAMES[Role.CUSTODIAN], "--passphrase-file", str(secret)]
    line = ["--archive", str(house.archive.folder.path), *me, "records"]
    for _ in range(ASKED):
        done = CliRunner().invoke(cli, line, standalone_mode=False)
        assert (done.exception, done.return_value or 0) == (None, 0)


def take_in(house: Household, _record: str) -> None:
    mine = house.archive.in_child()
    secret = bytearray(passphrase(Role.ARCHIVIST).encode())
    session = sign_in(mine, NAMES[Role.ARCHIVIST], secret)
    for number in range(TAKEN):
        given = Upload(f"note-{number}.txt", BytesIO(b"A note about walnuts, %d." % number))
        (report,) = ingest(mine, session, [given])
        assert report.record is not None


def publish(house: Household, _record: str) -> None:
    mine = house.archive.in_child()
    for _ in range(READ):
        with mine.catalog.read() as view:
            audit.LogFiles(mine.folder).publish(view.ledger, audit.log_keys(mine.folder.vkeys))


DOORS: tuple[Callable[[Household, str], None], ...] = (browse, command, take_in, publish)


def counted(archive: Archive) -> Counter[tuple[str, str]]:
    with archive.catalog.read() as view:
        entries = [parse_entry(row.body) for row in view.ledger.entries(0, 1 << 40)]
    return Counter((one.type.value, one.agent.role) for one in entries)


def test_what_every_door_acknowledged_is_in_one_whole_ledger(tmp_path: Path) -> None:
    house = found(tmp_path / "archive", utc_now)
    house.take_in({"harbour.txt": b"The harbour ledger of 1931."})
    house.release("harbour.txt")
    (tmp_path / "pass").write_text(f"{passphrase(Role.CUSTODIAN)}\n")
    record, folder = house.records["harbour.txt"], house.archive.folder
    pin = audit.pin(house.archive.catalog, folder.vkeys)
    before = counted(house.archive)
    crew = [_fork.Process(target=door, args=(house, record)) for door in DOORS]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert [one.exitcode for one in crew] == [0] * len(crew)
    more = counted(house.archive) - before
    assert more[EventType.VIEW.value, "researcher"] == READ
    assert more[EventType.LIST.value, "custodian"] == ASKED
    assert more[EventType.INGESTION.value, "archivist"] == TAKEN
    files = audit.LogFiles(folder)
    assert audit.extend(house.archive.catalog, pin, files=files).failures == []
    house.archive.close()
