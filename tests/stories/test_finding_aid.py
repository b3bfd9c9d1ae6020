"""An archivist arranges a finding aid at the command line and hands it out as EAD3 (T1, T3)."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from archive.cli import main
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef
from archive.services import accessions
from archive.services.intake.ingest import Upload, ingest
from tests.canary import scan
from tests.small_archive import PASSPHRASE, Small

NAME, SCOPE = "Quillwort ferry papers", "Hemlockdale tolls"
EAD = {"e": "http://ead3.archivists.org/schema/"}


class Desk:
    """The command line of a small archive with an accession of two records."""

    def __init__(self, small: Small, place: Path) -> None:
        self.small = small
        self.place = place
        (place / "mine").write_bytes(PASSPHRASE)
        archive, tam = small.archive, small.people["archivist"]
        terms = Accession(AccessionRef(""), "A box", date(2026, 1, 2))
        self.accession = accessions.open_accession(archive, tam, terms)
        uploads = [Upload(f"{n}.txt", BytesIO(b"oar number %d" % n)) for n in range(2)]
        reports = ingest(archive, tam, uploads, accession=self.accession)
        self.records = [report.record for report in reports]

    def give(self, *words: str, who: str = "archivist", code: int = 0) -> list[dict[str, Any]]:
        """Give a command; return the objects that it printed, errors too."""
        me = ("--as", who, "--passphrase-file", str(self.place / "mine"), "--json")
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(["--archive", str(self.small.archive.folder.path), *me, *words])
        printed = out.getvalue() + err.getvalue()
        assert int(ended.value.code or 0) == code, printed
        return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]

    def tree(self) -> list[tuple[str, int]]:
        return [(one["reference"], one["total"]) for one in self.give("arrange", "show")]


@pytest.fixture
def desk(small: Small, tmp_path: Path) -> Desk:
    return Desk(small, tmp_path)


def test_a_box_is_arranged_rearranged_and_exported(desk: Desk) -> None:
    assert desk.tree() == []
    desk.give("arrange", "add", "--title", NAME, "--level", "fonds", "--code", "QM")
    for title in ("Letters", "Tolls"):
        desk.give("arrange", "add", "--title", title, "--level", "series", "--under", "QM")
    first = ("--title", "Maps", "--level", "series", "--under", "QM", "--before", "QM/1")
    assert desk.give("arrange", "add", *first, "--dry-run")[0]["reference"] == "QM/3"
    desk.give("arrange", "add", *first, "--code", "M")
    placed = desk.give("arrange", "place", "QM/2", "--accession", desk.accession)
    assert placed[0]["records"] == desk.records
    desk.give("arrange", "describe", "QM/2", "--set", f"scope-and-content={SCOPE}")
    assert desk.tree() == [("QM", 2), ("QM/M", 0), ("QM/1", 0), ("QM/2", 2)]
    turned = ("arrange", "place", "QM/2", str(desk.records[1]), "--before", str(desk.records[0]))
    desk.give(*turned)
    (unit,) = desk.give("arrange", "show", "QM/2")
    assert [one["record"] for one in unit["placed"]] == desk.records[::-1]
    assert unit["description"] == {"scope-and-content": SCOPE}
    desk.give("arrange", "move", "QM/2", "--under", "QM", "--before", "QM/M")
    desk.give("arrange", "set", "QM/2", "--code", "T")
    desk.give("arrange", "remove", "QM/1")
    assert desk.tree() == [("QM", 2), ("QM/T", 2), ("QM/M", 0)]
    assert desk.give("show", str(desk.records[0]))[0]["place"][-1]["reference"] == "QM/T"
    assert desk.give("arrange", "check")[0] == {"ok": True, "acts": 9}
    assert desk.give("audit", "verify")[0]["ok"]
    for name, of in (("some.xml", desk.accession), ("all.xml", "--all")):
        desk.give("export", of, "--format", "ead3", "-o", str(desk.place / name))
    some, whole = (etree.parse(str(desk.place / name)) for name in ("some.xml", "all.xml"))
    codes = [one.findtext("e:did/e:unitid", None, EAD) for one in some.iterfind(".//e:c", EAD)]
    cited = [f"strongroom:{record}" for record in desk.records[::-1]]
    assert codes == ["QM", "QM/T", *cited]
    assert len(list(whole.iterfind(".//e:c", EAD))) == len(codes) + 3
    assert SCOPE in "".join(some.getroot().itertext())
    for name in ("some.xml", "all.xml"):
        (desk.place / name).unlink()
    assert scan([desk.small.archive.folder.path, desk.place], [NAME, SCOPE]) == []


def test_what_cannot_be_done_says_what_to_do_and_changes_nothing(desk: Desk) -> None:
    desk.give("arrange", "add", "--title", NAME, "--level", "fonds", "--code", "QM")
    desk.give("arrange", "add", "--title", "Letters", "--level", "file", "--under", "QM")
    before = desk.tree()
    nobody = "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11"
    for words, code in (
        (("add", "--title", "Maps", "--level", "series"), 1),
        (("add", "--title", "Maps", "--level", "series", "--under", "QM/1"), 1),
        (("add", "--title", "Maps", "--level", "shelf", "--under", "QM"), 2),
        (("move", "QM", "--under", "QM/1"), 1),
        (("move", "QM/1"), 1),
        (("remove", "QM"), 1),
        (("remove", "QM/7{}"), 5),
        (("set", "QM/1", "--title", "Letters"), 1),
        (("place", "QM/1", nobody), 5),
        (("place", "QM/1"), 1),
        (("take-out", str(desk.records[0])), 5),
        (("describe", "QM/1", "--set", "level-of-description=file"), 1),
    ):
        (told,) = desk.give("arrange", *words, code=code)
        assert told["error"]["hint"], words
        assert NAME not in str(told)
    assert desk.tree() == before
    for words in (("--all",), (desk.accession,), ("A-0009",)):
        out = ("--format", "ead3", "-o", str(desk.place / "no.xml"))
        desk.give("export", *words, *out, who="researcher", code=5)
    assert not (desk.place / "no.xml").exists()
