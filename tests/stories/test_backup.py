"""A backup is made, checked, and put back on a new machine, through the real command line."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import NoBackup
from archive.services.upkeep import backups, restoring
from tests.canary import scan
from tests.household import Household
from tests.small_archive import OTHER, SECRET, Small

WORD = "quartzkettle"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Household:
    house = Household.apart(tmp_path_factory.mktemp("backup")).found()
    box = house.root / "box"
    box.mkdir()
    for number in range(3):
        (box / f"{number}.txt").write_text(f"The {WORD} number {number} stood by the ferry.")
    done = house.run("ingest", box, member="archivist")
    assert done.code == 0, done
    house.release(done.lines[0]["record"])
    made = house.run("backup", "create", house.root / "disk", member="custodian")
    assert made.code == 0, made
    return house


@pytest.fixture
def house(first: Household, tmp_path: Path) -> Household:
    """The same house, with an archive and a disk that the test may spoil."""
    copy = Household(tmp_path / "house", first.environment)
    shutil.copytree(first.root, copy.root)
    return copy


def test_what_is_put_back_is_the_same_archive(house: Household) -> None:
    shutil.rmtree(house.folder)
    back = house.run("restore", house.root / "disk", house.folder)
    assert back.code == 0, back
    assert back.data["ok"]
    assert back.data["objects"] >= 6
    found = house.run("search", WORD, member="researcher")
    assert found.data["total"] == 1, found
    assert house.run("search", WORD, member="archivist").data["total"] == 3
    record = found.data["hits"][0]["record"]
    assert WORD in house.run("show", record, "--text", member="researcher").out
    assert house.run("audit", "verify").code == 0


def test_all_passphrases_may_be_lost_as_long_as_there_is_the_sheet(house: Household) -> None:
    shutil.rmtree(house.folder)
    assert house.run("restore", house.root / "disk", house.folder).code == 0
    sheet = house.root / "recovery.txt"
    made = house.run("member", "reset", "custodian", "--sheet", sheet)
    assert made.code == 0, made
    (house.root / "code").write_text(made.data["code"])
    (house.root / "custodian.passphrase").write_text("saddle orchard kitten fourteen\n")
    joined = house.run(
        *("--as", "custodian", "member", "join", "--code-file", house.root / "code"),
        *("--new-passphrase-file", house.root / "custodian.passphrase"),
    )
    assert joined.code == 0, joined
    assert house.run("search", WORD, member="custodian").data["total"] == 3


def test_only_what_is_new_is_copied_and_each_point_can_be_put_back(house: Household) -> None:
    disk = house.root / "disk"
    again = house.run("backup", "create", disk, member="custodian")
    assert again.data["copied"] == 0
    (house.root / "box" / "late.txt").write_text(f"A late {WORD}.")
    house.run("ingest", house.root / "box", member="archivist")
    third = house.run("backup", "create", disk)
    assert third.data["copied"] > 0
    points = house.run("backup", "list", disk).lines
    assert [point["name"] for point in points][-1] == third.data["name"]
    assert len({point["size"] for point in points}) == 3
    old = house.root / "old"
    assert house.run("restore", disk, old, "--point", points[0]["name"]).code == 0
    assert house.run("backup", "verify", disk, "--all").code == 0
    assert house.run("--archive", old, "audit", "verify").data["size"] == points[0]["size"]


def test_the_ledger_names_the_digest_of_a_backup_that_a_member_makes(house: Household) -> None:
    made = house.run("backup", "create", house.root / "disk", member="custodian")
    (entry,) = house.run("audit", "log", "--type", "backup", "--limit", "1").lines
    assert entry["links"]["point"] == made.data["digest"]
    lists = house.root / "disk" / "points" / made.data["name"] / "files.sha256"
    said = subprocess.run(["sha256sum", lists], capture_output=True, check=True).stdout
    assert said.decode().split()[0] == made.data["digest"]


def test_stock_programs_check_a_backup(house: Household) -> None:
    disk = house.root / "disk"
    (point,) = (disk / "points").iterdir()
    for place, listing in ((disk, point / "objects.sha256"), (point, point / "files.sha256")):
        done = subprocess.run(
            ["sha256sum", "--check", "--quiet", listing],
            cwd=place,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done


def test_nothing_readable_is_in_a_backup(house: Household) -> None:
    assert scan([house.root / "disk"], [WORD, "ferry"]) == []


def test_a_researcher_makes_no_backups(house: Household) -> None:
    assert house.run("backup", "create", house.root / "other", member="researcher").code == 5
    assert not (house.root / "other").exists()


def test_folders_that_are_no_place_for_a_backup_are_refused(house: Household) -> None:
    assert house.run("backup", "create", house.folder / "backup").code == 1
    assert house.run("backup", "create", house.root / "box").code == 10
    assert house.run("backup", "verify", house.root / "box").code == 10
    assert house.run("restore", house.root / "disk", house.root / "box").code == 1
    assert house.run("restore", house.root / "disk", house.root / "x", "--point", "y").code == 10
    other = Household(house.root / "other", house.environment)
    other.root.mkdir()
    assert (
        other.run(
            "init",
            "--member",
            "custodian",
            "--new-passphrase-file",
            other.passphrase_file("custodian"),
            "--recovery-out",
            other.root / "recovery.txt",
        ).code
        == 0
    )
    refused = other.run("backup", "create", house.root / "disk")
    assert refused.data["error"]["code"] == "backup-of-another"


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)


def _object(disk: Path) -> Path:
    return sorted((disk / "objects").glob("??/*.age"))[0]


def _point(disk: Path) -> Path:
    return next((disk / "points").iterdir())


def _drop(disk: Path) -> None:
    """Leave an object out of both lists, digests and all."""
    lists = _point(disk) / "objects.sha256", _point(disk) / "files.sha256"
    old, files = (path.read_text() for path in lists)
    new = old.split("\n", 1)[1]
    old_digest, new_digest = (hashlib.sha256(text.encode()).hexdigest() for text in (old, new))
    for path, text in zip(lists, (new, files.replace(old_digest, new_digest)), strict=True):
        path.write_text(text)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "object-damaged": lambda disk: _flip(_object(disk)),
    "object-missing": lambda disk: _object(disk).unlink(),
    "file-damaged": lambda disk: _flip(_point(disk) / "catalog.sqlite"),
    "file-not-listed": lambda disk: (_point(disk) / "more").touch(),
    "object-not-listed": _drop,
    "list-damaged": lambda disk: (_point(disk) / "objects.sha256").write_text("x\n"),
}


@pytest.mark.parametrize("code", DAMAGE)
def test_damage_is_named(house: Household, code: str) -> None:
    disk = house.root / "disk"
    DAMAGE[code](disk)
    checked = house.run("backup", "verify", disk)
    assert checked.code == 4
    assert code in {problem["code"] for problem in checked.data["problems"]}
    back = house.run("restore", disk, house.root / "back")
    assert back.code == (0 if "not-listed" in code else 4), back


def test_an_object_that_is_lost_in_the_backup_keeps_nobody_from_the_others(
    house: Household,
) -> None:
    lost = _object(house.root / "disk")
    lost.unlink()
    back = house.run("restore", house.root / "disk", house.root / "back")
    assert back.data["damaged"] == [lost.stem]
    assert house.run("--archive", house.root / "back", "audit", "verify").code == 0


def test_damage_in_the_archive_is_reported_and_the_rest_backed_up(house: Household) -> None:
    (house.root / "box" / "late.txt").write_text("Something new.")
    before = set((house.folder / "objects").glob("??/*.age"))
    house.run("ingest", house.root / "box", member="archivist")
    new = sorted(set((house.folder / "objects").glob("??/*.age")) - before)
    _flip(new[0])
    made = house.run("backup", "create", house.root / "disk")
    assert made.code == 4
    assert made.data["damaged"] == [new[0].stem]
    assert made.data["copied"] == len(new) - 1


def test_an_older_backup_is_told_from_the_newest_state_by_a_pin(house: Household) -> None:
    pin = house.root / "pin.txt"
    assert house.run("search", WORD, member="archivist").code == 0
    assert house.run("audit", "pin", pin).code == 0
    back = house.run("restore", house.root / "disk", house.root / "back", "--pin", pin)
    assert back.code == 4
    assert back.data["failures"]


def test_pruning_keeps_the_newest_points_and_what_they_name(house: Household) -> None:
    disk = house.root / "disk"
    house.run("backup", "create", disk, member="custodian")
    gone = house.run("backup", "prune", disk, "--keep", "1", "--dry-run").data
    assert len(gone["points"]) == 1
    assert len(house.run("backup", "list", disk).lines) == 2
    stray = disk / "objects" / "00" / f"{'0' * 64}.age"
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    assert house.run("backup", "prune", disk, "--keep", "1").data["objects"] == 1
    assert len(house.run("backup", "list", disk).lines) == 1
    assert house.run("backup", "verify", disk).code == 0
    assert not stray.exists()


def test_what_is_destroyed_while_a_backup_is_made_is_not_in_it(
    small: Small, tmp_path: Path
) -> None:
    with small.archive.catalog.read() as view:
        doomed = [row.digest for row in view.objects.for_record(small.kept)]

    def destroy(_done: int, _whole: int) -> None:
        with small.archive.catalog.write() as tx:
            tx.objects.forget(small.kept)
        for digest in doomed:
            small.archive.store.delete(digest)

    made = backups.create(small.archive, tmp_path / "disk", told=destroy)
    assert made.point.damaged == ()
    listing = next((tmp_path / "disk" / "points").glob("*/objects.sha256")).read_text()
    assert not any(digest in listing for digest in doomed)
    assert restoring.check(tmp_path / "disk", None, lambda _d, _w: None).ok


def test_a_backup_and_a_restore_that_were_cut_off_are_done_again(
    small: Small, tmp_path: Path
) -> None:
    def cut(done: int, whole: int) -> None:
        if done == whole:
            raise KeyboardInterrupt

    disk, back = tmp_path / "disk", tmp_path / "back"
    with pytest.raises(KeyboardInterrupt):
        backups.create(small.archive, disk, told=cut)
    with pytest.raises(NoBackup):
        restoring.restore(disk, back, None, cut)
    made = backups.create(small.archive, disk)
    assert made.copied == 0
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(disk, back, None, cut)
    assert not (back / "strongroom.json").exists()
    done = restoring.restore(disk, back, None, lambda _d, _w: None)
    assert done.objects == made.point.objects
    assert not (back / "restore.unfinished").exists()
    assert scan([disk, back], [SECRET, OTHER]) == []


def test_doctor_says_how_old_the_newest_backup_is(house: Household) -> None:
    def backup_line() -> dict[str, object]:
        (line,) = [c for c in house.run("doctor").data["checks"] if c["name"] == "backup"]
        return line

    assert backup_line()["level"] == "ok"
    (house.folder / "last-backup.json").write_text('{"made": "2020-01-01T00:00:00+00:00"}')
    assert backup_line()["level"] == "warning"
    (house.folder / "last-backup.json").unlink()
    assert "never" in str(backup_line()["detail"])
