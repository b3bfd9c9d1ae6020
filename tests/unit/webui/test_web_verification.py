"""Verification goes on by itself: progress, verdict, report; stopped, cut off, begun anew."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from archive.bootstrap import open_archive
from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.audit import running
from tests.catalog_file import by_hand
from tests.threats.agent_rig import until
from tests.unit.ledger.ledgers import PAVEL, Ledger, draft
from tests.unit.webui.webhouse import (
    SOURCE_NAME,
    TEXTS,
    Clock,
    Household,
    Visitor,
    come_to_an_end,
    visitor,
    words,
)
from webui.settings import Settings

RUN = b"archive.services.audit.running"


@pytest.fixture
def copy(own: Household, tmp_path: Path) -> Iterator[Household]:
    """Return the archive of this file once more, to be broken.

    Another process copies it: who closes a file of SQLite's loses its locks (fcntl(2)).
    """
    subprocess.run(["cp", "-a", own.archive.folder.path, tmp_path / "archive"], check=True)
    made = Household(open_archive(tmp_path / "archive", clock=Clock()))
    yield made
    made.archive.close()


@pytest.fixture
def pipe(own: Household) -> Iterator[Path]:
    """Let every run wait before its first entry until it is let go: its policy is a pipe."""
    made = held_up(own)
    yield made
    made.unlink(missing_ok=True)
    until(lambda: not runs())


def held_up(house: Household) -> Path:
    """Let every run wait before its first entry, until something is written into what is returned.

    A run reads the policy of witnesses first, which is a pipe here.
    """
    pipe = house.archive.folder.policy
    os.mkfifo(pipe)
    return pipe


def let_go(pipe: Path) -> None:
    pipe.write_text("quorum none\n")
    pipe.unlink()


def begin(auditor: Visitor, **asked: object) -> None:
    auditor.get("/about")
    answer = auditor.post("/audit/verify", **asked)
    assert (answer.status_code, answer.location) == (303, "/audit/verification")


def runs() -> set[int]:
    """Return the processes of runs that this process started."""
    return {int(one.name) for one in Path("/proc").glob("[0-9]*") if _a_run(one)}


def _a_run(process: Path) -> bool:
    try:
        state, parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        words = (process / "cmdline").read_bytes()
        return state != "Z" and int(parent) == os.getpid() and RUN in words
    except OSError:
        return False


def going(auditor: Visitor) -> bool:
    return bool(auditor.get("/audit/verification/progress").get_json()["running"])


def test_a_verdict_tells_what_was_checked_and_its_report_can_be_taken_away(
    own: Household, people: dict[Role, Visitor]
) -> None:
    auditor = people[Role.AUDITOR]
    told = come_to_an_end(auditor, objects="1")
    assert "The ledger verifies" in told
    assert "6 of 6" in told.partition("Stored objects: read and hashed")[2]
    answer = auditor.get("/audit/verification/report")
    newest = audit.timeline(own.archive.catalog, limit=1)[0]
    assert (newest.type, newest.links) == (EventType.EXPORT.value, {"of": "verification"})
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="strongroom-verification-')
    size, root = (answer.text.partition(f"{one}: ")[2].split()[0] for one in ("Entries", "Root"))
    assert root in told
    note = answer.text.partition("these entries:\n\n")[2]
    with own.archive.catalog.read() as view:
        assert view.ledger.checkpoint_at(int(size)) == note.rstrip("\n") + "\n"
    folder = own.archive.folder.path / "verifications"
    kept = b"".join(one.read_bytes() for one in folder.iterdir())
    for secret in (SOURCE_NAME, *TEXTS, *TEXTS.values()):
        assert secret not in answer.text
        assert secret not in told
        assert secret.encode() not in kept


def test_a_broken_ledger_and_a_damaged_object_are_told_with_every_failure(
    copy: Household,
) -> None:
    auditor = visitor(copy, Role.AUDITOR)
    kept = auditor.get("/audit/pin").data
    store = copy.archive.folder.objects
    damaged = next(store.rglob("*.age"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with by_hand(copy.archive.folder.catalog) as disk:
        body = disk.execute("select body from ledger_entries where entry_index = 3").fetchone()[0]
        disk.execute(
            "update ledger_entries set body = ? where entry_index = 3",
            (body.replace(b"T09", b"T08"),),
        )
    disk.close()
    told = come_to_an_end(auditor, objects="1", pin=(BytesIO(kept), "pin.txt"))
    assert "The ledger does not verify" in told
    report = auditor.get("/audit/verification/report").text
    failures = report.partition("What is wrong")[2].partition("Public keys")[0]
    for code in ("leaf-hash @3", "signature @3", "checkpoint", "damaged"):
        assert f"- {code}" in failures, code
    assert damaged.stem in failures
    assert "The ledger does not verify" in report


def test_twenty_thousand_entries_are_told_in_steps_to_the_end(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "catalog.sqlite").found()
    about = [draft(about=f"record {number % 50}") for number in range(500)]
    for _ in range(40):
        ledger.write(PAVEL, *about)
    told: list[dict[audit.Stage, tuple[int, int]]] = []

    def note(run: audit.Run) -> None:
        told.append(dict(run.stages))

    steps = audit.Run("", audit.Asked())
    progress = running.Reporter(steps, note)
    verdict = audit.verify(ledger.catalog, ledger.log.vkeys, progress=progress)
    ledger.catalog.close()
    assert (verdict.ok, verdict.size) == (True, 20_005)
    entries = [one[audit.Stage.ENTRIES] for one in told]
    assert entries == sorted(entries)
    assert len(entries) > 2
    assert {total for _, total in entries} == {20_005}


def test_a_run_outlives_the_page_and_the_session_and_others_are_served(
    people: dict[Role, Visitor], pipe: Path
) -> None:
    auditor, other = people[Role.AUDITOR], people[Role.CUSTODIAN]
    begin(auditor)
    assert going(auditor)
    page = auditor.get("/audit/verification")
    assert "The ledger is being verified" in words(page.text)
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert other.get("/records").status_code == 200
    assert not going(other)
    assert "There is no verification of yours" in words(other.get("/audit/verification").text)
    auditor.get("/about")
    auditor.post("/sign-out")
    auditor.sign_in(Role.AUDITOR)
    assert going(auditor)
    let_go(pipe)
    until(lambda: not going(auditor))
    assert "The ledger verifies" in words(auditor.get("/audit/verification").text)


def test_a_member_has_one_run_at_a_time_and_every_other_member_one_too(
    people: dict[Role, Visitor], pipe: Path
) -> None:
    auditor, other = people[Role.AUDITOR], people[Role.CUSTODIAN]
    begin(auditor)
    first = runs()
    begin(auditor)
    assert "still at work" in words(auditor.get("/audit/verification").text)
    assert runs() == first
    assert len(first) == 1
    begin(other)
    assert len(runs()) == 2
    for one in (auditor, other):
        one.get("/about")
        one.post("/audit/verify/stop")
    until(lambda: not runs())


def test_a_run_is_stopped_at_once_and_leaves_no_verdict(
    people: dict[Role, Visitor], pipe: Path
) -> None:
    auditor = people[Role.AUDITOR]
    begin(auditor)
    auditor.get("/about")
    assert auditor.post("/audit/verify/stop").location == "/audit/verification"
    assert not going(auditor)
    told = words(auditor.get("/audit/verification").text)
    assert "was stopped" in told
    assert "verifies" not in told
    assert auditor.get("/audit/verification/report").status_code == 303
    pipe.unlink()
    told = come_to_an_end(auditor)
    assert "The ledger verifies" in told, told


def test_a_run_that_dies_says_nothing_about_the_ledger(
    people: dict[Role, Visitor], pipe: Path
) -> None:
    auditor = people[Role.AUDITOR]
    begin(auditor)
    [pid] = runs()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not going(auditor))
    told = words(auditor.get("/audit/verification").text)
    assert "was cut off" in told
    assert "verifies" not in told
    assert auditor.get("/audit/verification/report").status_code == 303
    pipe.unlink()
    told = come_to_an_end(auditor)
    assert "The ledger verifies" in told, told


def test_pages_that_start_again_believe_no_run_of_those_before_and_end_it(
    own: Household, people: dict[Role, Visitor], pipe: Path
) -> None:
    begin(people[Role.AUDITOR])
    [old] = runs()
    after = visitor(own, Role.AUDITOR)
    assert "There is no verification of yours" in words(after.get("/audit/verification").text)
    begin(after)
    assert old not in runs()
    assert going(after)
    let_go(pipe)
    until(lambda: not going(after))
    assert "The ledger verifies" in words(after.get("/audit/verification").text)


def test_a_verdict_that_somebody_wrote_beside_the_archive_is_not_shown(
    own: Household, people: dict[Role, Visitor]
) -> None:
    auditor, me = people[Role.AUDITOR], own.session(Role.AUDITOR).member.id
    come_to_an_end(auditor)
    told = own.archive.folder.path / "verifications" / f"{me}.json"
    forged = told.read_bytes().replace(b'"size": ', b'"size": 1')
    assert forged != told.read_bytes()
    told.write_bytes(forged)
    assert "There is no verification of yours" in words(auditor.get("/audit/verification").text)
    assert auditor.get("/audit/verification/report").status_code == 303


def test_a_page_that_looks_by_itself_keeps_no_session_alive(copy: Household) -> None:
    clock, auditor = copy.archive.clock, visitor(copy, Role.AUDITOR)
    assert isinstance(clock, Clock)
    held_up(copy)
    begin(auditor)
    idle = Settings().idle.total_seconds()
    clock.pass_(seconds=idle * 0.6)
    assert going(auditor)
    auditor.get("/audit/verification")
    clock.pass_(seconds=idle * 0.6)
    assert auditor.get("/audit/verification/progress").status_code == 303
    for pid in runs():
        os.kill(pid, signal.SIGKILL)
    until(lambda: not runs())


def test_a_run_ends_with_the_process_that_it_belongs_to(own: Household, pipe: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as owner:
        one = audit.Runs(own.archive.folder, "somebody", bytes(32), owner.pid)
        one.start(audit.Asked(), own.archive.collection, own.archive.clock())
        assert runs()
        owner.kill()
    until(lambda: (state := one.state()) is not None and state.cut_off)


def test_an_archive_that_cannot_be_read_is_said_to_be_so(copy: Household) -> None:
    auditor, public = visitor(copy, Role.AUDITOR), copy.archive.folder.path / "strongroom.json"
    public.write_bytes(b"{}")
    assert "could not be done" in come_to_an_end(auditor)
