"""What lies beside files: found without following links, and never beyond the folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from archive.errors import DescriptionUnusable
from archive.services.intake import supplied
from archive.services.intake.handed_in import Candidate, FileReport, PathInput, Supplied, candidates
from archive.services.intake.supplied import Survey

TEXT = "A letter about lanterns."
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    (tmp_path / "box").mkdir()
    return tmp_path / "box"


def look(box: Path) -> tuple[dict[str, Supplied], list[FileReport]]:
    """Return what came beside each file by its path in the box, and the reports."""
    survey = Survey()
    survey.take([PathInput(box)], box / "no-archive")
    items = list(survey.attach(candidates([PathInput(box)], exclude=box / "no-archive")))
    files = [one for one in items if isinstance(one, Candidate)]
    found = {str(Path(one.label).relative_to(box)): one.supplied for one in files}
    return found, [one for one in items if isinstance(one, FileReport)]


def put(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_every_list_that_names_a_file_counts(box: Path) -> None:
    put(box / "sub" / "a.txt")
    put(box / "SHA256SUMS", f"{DIGEST}  sub/a.txt\n")
    put(box / "sub" / "a.txt.md5", hashlib.md5(TEXT.encode()).hexdigest())
    found, reports = look(box)
    checksums = found["sub/a.txt"].checksums
    assert {one.algorithm for one in checksums} == {"sha256", "md5"}
    assert reports == []


def test_a_list_reaches_through_no_link(box: Path, tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "a.txt").parent
    (box / "link").symlink_to(outside)
    (box / "b.txt").symlink_to(outside / "a.txt")
    put(box / "SHA256SUMS", f"{DIGEST}  link/a.txt\n{DIGEST}  b.txt\n")
    put(outside / "metadata.csv", "filename,title\nSHA256SUMS,stolen\n")
    (box / "metadata").symlink_to(outside)
    found, reports = look(box)
    assert found == {"SHA256SUMS": Supplied()}
    assert [one.outcome.value for one in reports] == ["rejected"] * 3


def test_a_bad_list_is_noted_and_nothing_is_taken_from_it(box: Path) -> None:
    put(box / "a.txt")
    put(box / "SHA256SUMS", f"{DIGEST}  a.txt\n{DIGEST}  ../a.txt\n")
    found, reports = look(box)
    assert found["a.txt"] == Supplied()
    assert "line 2 names a path outside" in (found["SHA256SUMS"].note or "")
    assert reports == []


def test_a_list_of_countless_missing_files_has_an_end(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplied, "_MISSING", 3)
    put(box / "SHA256SUMS", "".join(f"{DIGEST}  {number}.txt\n" for number in range(1003)))
    _, reports = look(box)
    assert len(reports) == 4
    assert reports[-1].reason == "1,000 more files that it lists are not there"


def test_a_bag_inside_the_box_is_a_bag(box: Path) -> None:
    declaration = "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    for name in ("one", "two"):
        put(box / name / "bagit.txt", declaration)
        put(box / name / "fetch.txt", "http://example.org/x - data/x\n")
        put(box / name / "manifest-sha256.txt", f"{DIGEST}  data/a%25.txt\n")
        put(box / name / "data" / "a%.txt")
        put(box / name / "data" / "metadata" / "metadata.csv", "filename,title\na%.txt,Lanterns\n")
    found, reports = look(box)
    assert reports == []
    for name in ("one", "two"):
        described = found[f"{name}/data/a%.txt"]
        assert (described.description, described.note) == ({"title": "Lanterns"}, None)
        assert described.checksums[0].digest == DIGEST
        assert "nothing is fetched" in (found[f"{name}/fetch.txt"].note or "")


def test_a_bad_table_in_the_box_is_noted_and_one_that_is_named_is_refused(box: Path) -> None:
    put(box / "a.txt")
    put(box / "metadata" / "metadata.csv", "title\nx\n")
    found, _ = look(box)
    assert "not used as a metadata table" in (found["metadata/metadata.csv"].note or "")
    assert found["a.txt"] == Supplied()
    with pytest.raises(DescriptionUnusable):
        Survey().describe(b"title\nx\n", [PathInput(box)])


def test_a_row_may_name_its_file_by_any_of_the_usual_paths(box: Path) -> None:
    for name in ("a.txt", "objects/b.txt", "objects/c.txt"):
        put(box / name)
    put(box / "secret.txt")
    survey = Survey()
    table = (
        b"filename,title\na.txt,A\nb.txt,B\nobjects/c.txt,C\n../box/secret.txt,D\n/etc/passwd,E\n"
    )
    notes = survey.describe(table, [PathInput(box)])
    titles = {
        one.name: survey.supplied(one).description.get("title")
        for one in candidates([PathInput(box)], exclude=box / "none")
        if isinstance(one, Candidate)
    }
    assert titles == {"a.txt": "A", "b.txt": "B", "c.txt": "C", "secret.txt": None}
    assert notes == (
        "rows of the metadata table that match no file: ../box/secret.txt, /etc/passwd",
    )


def test_the_same_box_may_be_named_from_where_one_stands(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box / "a.txt")
    put(box / "SHA256SUMS", f"{DIGEST}  a.txt\n")
    put(box / "metadata" / "metadata.csv", "filename,title\na.txt,Lanterns\n")
    monkeypatch.chdir(box)
    survey = Survey()
    survey.take([PathInput(Path())], box / "none")
    (one,) = [
        survey.supplied(item)
        for item in candidates([PathInput(Path())], exclude=box / "none")
        if isinstance(item, Candidate) and item.name == "a.txt"
    ]
    assert one.description == {"title": "Lanterns"}
    assert [checksum.digest for checksum in one.checksums] == [DIGEST]


def test_a_deep_tree_is_looked_through_to_its_end(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(box)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    monkeypatch.chdir(box)
    try:
        Survey().take([PathInput(box)], box / "none")
    finally:
        subprocess.run(["rm", "-r", box / "d"], check=True)  # deeper than shutil can go
