"""T1, T3: what is asked, saved and found is in no file, and in the ledger before it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import ArchiveError, NotPermitted, QuerySyntax, SealedObjectDamaged
from archive.ledger import parse_entry
from archive.model.access import Level
from archive.model.provenance import EventType
from archive.model.search import SearchRequest
from archive.services.indexes import listing
from archive.services.indexes.listing import Lines
from archive.services.parts import Archive
from archive.services.reading_room import access, saved_searches
from archive.services.reading_room.saved_searches import SavedSearch
from archive.services.session import Session
from keys.age import open_small
from tests.canary import scan
from tests.small_archive import Small

CANARIES = ("zephyrine", "quibblewick", "달빛수달")
REQUEST = SearchRequest(CANARIES[0], within=(CANARIES[1],), facets={"tag": (CANARIES[2],)})


def entries(archive: Archive) -> list[tuple[str, dict[str, str]]]:
    """Return type and links of every entry of the ledger."""
    with archive.catalog.read() as snapshot:
        size = snapshot.ledger.tail().size
        rows = [parse_entry(row.body) for row in snapshot.ledger.entries(0, size)]
    return [(row.type.value, row.links) for row in rows]


def acts(archive: Archive) -> list[str]:
    return [links["act"] for _, links in entries(archive) if "act" in links]


def use_everything(archive: Archive, session: Session) -> None:
    access.search(archive, session, REQUEST)
    listing.complete(archive, session, CANARIES[1][:5])
    list(listing.batch(archive, session, Lines.parse("\n".join(CANARIES))))
    listing.export(archive, session, REQUEST)
    saved_searches.save(archive, session, CANARIES[0], REQUEST)
    saved_searches.alerts(archive, session)
    saved_searches.run(archive, session, CANARIES[0])


def test_t1_no_word_of_any_search_is_readable_on_disk(small: Small, tmp_path: Path) -> None:
    for name in ("researcher", "archivist"):
        use_everything(small.archive, small.people[name])
    words = [*CANARIES, "kettles", small.released.replace("-", "")]
    assert scan([small.archive.folder.path], words[:-1]) == []
    places = [tmp_path / "environment", small.archive.folder.path / "index"]
    assert scan(places, words) == []
    small.archive.close()


def test_a_saved_search_that_is_refused_by_now_holds_up_no_other(small: Small) -> None:
    archive, researcher = small.archive, small.people["researcher"]
    saved_searches.save(archive, researcher, "good", SearchRequest("copper"))
    strange = (
        SavedSearch("of another version", SearchRequest("copper^2"), Level.READING),
        SavedSearch("of another role", SearchRequest("copper"), Level.ORIGINALS),
    )
    saved_searches._change(archive, researcher, lambda all_: (*strange, *all_))
    told = saved_searches.alerts(archive, researcher)
    assert [(one.name, one.total, one.error) for one in told] == [
        ("of another version", 0, QuerySyntax.code),
        ("of another role", 0, NotPermitted.code),
        ("good", 1, None),
    ]
    small.archive.close()


def test_every_kind_of_search_is_in_the_ledger_with_its_words_committed_and_sealed(
    small: Small,
) -> None:
    researcher = small.people["researcher"]
    before = len(acts(small.archive))
    use_everything(small.archive, researcher)
    done = acts(small.archive)[before:]
    assert done == ["search", "complete", "batch", "export", *["watch"] * 3, "search"]
    exports = [links for kind, links in entries(small.archive) if kind == EventType.EXPORT.value]
    assert [links["act"] for links in exports] == ["export"]
    with small.archive.catalog.read() as snapshot:
        size = snapshot.ledger.tail().size
        row = snapshot.openings.get(size - 1)
    assert row is not None
    custodian = small.people["custodian"]
    body = open_small(row.sealed, [i for ids in custodian.identities.values() for i in ids])
    assert CANARIES[0].encode() in body
    assert CANARIES[1].encode() in body


@pytest.mark.parametrize("act", ["search", "complete", "batch", "export", "watch"])
def test_the_ledger_knows_before_the_index_is_asked(
    small: Small, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    researcher, seen = small.people["researcher"], list[str]()

    def asked(*_: object, **__: object) -> object:
        seen.extend(acts(small.archive)[-1:])
        raise ArchiveError

    monkeypatch.setattr(type(small.archive.searchers), "ask", asked)
    calls = {
        "search": lambda: access.search(small.archive, researcher, REQUEST),
        "complete": lambda: listing.complete(small.archive, researcher, "ket"),
        "batch": lambda: list(listing.batch(small.archive, researcher, Lines.parse("kettles"))),
        "export": lambda: listing.export(small.archive, researcher, REQUEST),
        "watch": lambda: saved_searches.save(small.archive, researcher, "x", REQUEST),
    }
    with pytest.raises(ArchiveError):
        calls[act]()
    assert seen == [act]


def test_another_level_is_refused_for_every_kind_of_search_and_the_refusal_is_kept(
    small: Small,
) -> None:
    researcher = small.people["researcher"]
    for call in (
        lambda: listing.complete(small.archive, researcher, "ket", Level.ORIGINALS),
        lambda: listing.batch(small.archive, researcher, Lines.parse("x"), Level.ORIGINALS),
        lambda: listing.export(small.archive, researcher, REQUEST, Level.ORIGINALS),
        lambda: saved_searches.save(small.archive, researcher, "x", REQUEST, Level.ORIGINALS),
        lambda: listing.complete(small.archive, small.people["auditor"], "ket"),
    ):
        with pytest.raises(NotPermitted):
            call()
        assert entries(small.archive)[-1][0] == EventType.DENIED.value


def test_saved_searches_open_for_their_member_alone_and_swapped_ones_are_refused(
    small: Small,
) -> None:
    archive, people = small.archive, small.people
    saved_searches.save(archive, people["researcher"], "mine", SearchRequest("kettles"))
    saved_searches.save(archive, people["archivist"], "other", SearchRequest("ferry"))
    assert [one.name for one in saved_searches.saved(archive, people["researcher"])] == ["mine"]
    assert saved_searches.saved(archive, people["custodian"]) == ()
    sealed = {}
    with archive.catalog.read() as snapshot:
        for name in ("researcher", "archivist"):
            row = snapshot.saved_searches.get(people[name].member.id)
            assert row is not None
            sealed[name] = row
    assert len({len(row.sealed) for row in sealed.values()}) == 1
    with archive.catalog.write() as tx:
        tx.saved_searches.put(
            type(sealed["researcher"])(people["researcher"].member.id, sealed["archivist"].sealed)
        )
    with pytest.raises(SealedObjectDamaged):
        saved_searches.saved(archive, people["researcher"])


CHILD = """
import sys, time, os
from pathlib import Path
from archive.bootstrap import open_archive
from archive.model.search import SearchRequest
from archive.search import process, searching, wire
from archive.services.reading_room import access
from archive.services.searchers import Searchers
from archive.services.session import sign_in
from tests.small_archive import PASSPHRASE
from dataclasses import replace

moment, folder = sys.argv[1:]
archive = open_archive(Path(folder))
session = sign_in(archive, "archivist", bytearray(PASSPHRASE))

def halt(*_, **__):
    open(os.environ["TMPDIR"] + "/halted", "w").close()
    time.sleep(60)

if moment == "searching":
    searching.search = halt
if moment == "opening":
    from archive.search.whoosh_index import WhooshIndex
    WhooshIndex.open = halt
if moment == "answered":
    real = access.search
    def then(*args):
        real(*args)
        halt()
    access.search = then
access.search(archive, session, SearchRequest(sys.stdin.read()))
"""


@pytest.mark.parametrize("moment", ["opening", "searching", "answered"])
@pytest.mark.parametrize("victim", ["process", "parent"])
def test_t1_a_search_killed_at_any_moment_leaves_nothing_readable(
    small: Small, tmp_path: Path, moment: str, victim: str
) -> None:
    small.archive.close()
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CHILD, moment, str(small.archive.folder.path)]
    halted = Path(os.environ["TMPDIR"]) / "halted"
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    ) as parent:
        assert parent.stdin is not None
        parent.stdin.write(f"kettles {CANARIES[0]}")
        parent.stdin.close()
        while not halted.exists():
            assert parent.poll() is None, parent.stderr and parent.stderr.read()
        if victim == "process":
            for child in children(parent.pid):
                os.kill(child, signal.SIGKILL)
        parent.kill()
    halted.unlink()
    words = ["kettles", CANARIES[0]]
    assert scan([small.archive.folder.path, tmp_path / "environment"], words) == []


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]
