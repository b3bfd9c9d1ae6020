"""The index on disk: T1 nothing readable, T2 nothing tampered is used, T7 a killed writer."""

from __future__ import annotations

import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import ArchiveBusy, IndexOutdated, IndexTampered, NewerArchive
from archive.model.search import IndexDocument
from archive.search import IndexState, manifest
from archive.search.chunks import CHUNK
from keys.primitives import AesGcm256
from tests.canary import scan
from tests.unit.search.shelf import Shelf, ask, document, found, record, records

CANARIES = ("zephyrine", "quibblewick", "달빛수달")
FRAME = b"\x28\xb5\x2f\xfd"  # RFC 8878, section 3.1.1: the magic number
ROOT = Path(__file__).parents[2]


def texts(number: int, words: int = 60) -> list[IndexDocument]:
    """Return documents that hold every canary, in text and title, beside other words."""
    dice = random.Random(5)
    return [
        document(
            n,
            " ".join([*CANARIES, *(f"w{dice.randrange(5000)}" for _ in range(words))]),
            f"{CANARIES[1]} {n}",
            date="2024",
            facets={"source": (CANARIES[0],), "type": (CANARIES[2],)},
        )
        for n in range(number)
    ]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "index")


# --- T1: whoever takes the disk -------------------------------------------------------------


def compressed(folder: Path) -> list[Path]:
    """Return the files in which a Zstandard frame begins: segments are made of such frames."""
    return [path for path in folder.rglob("*") if path.is_file() and FRAME in path.read_bytes()]


def test_t1_no_word_is_readable_on_disk_after_building_merging_and_searching(
    shelf: Shelf, tmp_path: Path
) -> None:
    docs = texts(12)
    index = shelf.create()
    for part in (docs[:6], docs[6:9], docs[9:]):
        state = index.update(part, [record(0)])
        for query in CANARIES:
            assert ask(index, query).total >= 1
    assert scan([tmp_path], CANARIES) == []
    index.prune()
    assert scan([tmp_path], CANARIES) == []
    assert compressed(tmp_path) == []
    assert list(Path(os.environ["TMPDIR"]).iterdir()) == []
    names = {path.name for path in shelf.place(state).iterdir()}
    assert all(re.fullmatch("[0-9a-f]{32}|lock", name) for name in names)
    assert (shelf.place(state) / "lock").stat().st_size == 0


def test_t1_the_scan_finds_an_index_that_is_not_sealed(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AesGcm256, "seal", lambda _, nonce, plain, aad: bytes(plain) + bytes(16))
    monkeypatch.setattr(AesGcm256, "open", lambda _, nonce, sealed, aad: sealed[:-16])
    shelf.create(*texts(3))
    assert compressed(tmp_path) != []


def test_t1_sizes_are_rounded_so_that_a_few_letters_do_not_show(shelf: Shelf) -> None:
    sizes = set()
    for text in ("stone wall", "amber wall", "amber hall"):
        index = shelf.create(document(1, text))
        sizes.add(tuple(sorted(path.stat().st_size for path in shelf.files(index.state))))
    assert len(sizes) == 1


CHILD = """
import os, sys, time
from pathlib import Path
from archive.search import folder, writing
from tests.threats.test_index_storage import texts
from tests.unit.search.shelf import Shelf, record
from archive.search import IndexState

def halt(*_):
    print("now", flush=True)
    time.sleep(60)

def documents():
    yield from texts(40)
    if sys.argv[1] == "adding":
        while len(os.listdir(Path(sys.argv[2]) / sys.argv[3])) < 4:
            time.sleep(0.01)
        halt()

writing.SEGMENT_LIMIT = 16
if sys.argv[1] == "merging":
    writing.merging.joined = halt
if sys.argv[1] == "rewriting":
    writing.merging.thinned = halt
if sys.argv[1] == "publishing":
    folder.IndexFolder.sync = halt
if sys.argv[1] == "published":
    folder.IndexFolder.remove = halt
state = IndexState(sys.argv[3], int(sys.argv[4]), sys.argv[5])
index = Shelf(Path(sys.argv[2])).open(state)
if sys.argv[1] == "rewriting":
    index.update([], [record(78)])
index.update(documents(), [])
index.prune()
"""


@contextmanager
def halted(shelf: Shelf, state: IndexState, moment: str) -> Iterator[None]:
    """Have another process change the index, and kill it with the context at its `moment`."""
    arguments = [moment, str(shelf.parent), state.index_id, str(state.generation)]
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments, state.manifest_digest],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        try:
            yield
        finally:
            child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("moment", ["adding", "merging", "publishing", "published"])
def test_t1_t7_a_writer_killed_leaves_nothing_readable_and_the_old_generation_whole(
    shelf: Shelf, tmp_path: Path, moment: str
) -> None:
    index = shelf.create(document(77, "the harvest"))
    state, whole = index.state, shelf.files(index.state)
    index.close()
    with halted(shelf, state, moment):
        pass
    assert len(shelf.files(state)) > len(whole)
    assert scan([tmp_path], CANARIES) == []
    opened = shelf.open(state, eager=True)
    assert found(opened, "harvest") == [record(77)]
    opened.prune()
    assert shelf.files(state) == whole
    opened.update(texts(2), [])
    assert ask(opened, CANARIES[0]).total == 2


@pytest.mark.parametrize("moment", ["merging", "rewriting"])
def test_t7_a_reader_waits_for_no_merge_and_its_death_is_harmless(
    shelf: Shelf, moment: str
) -> None:
    index = shelf.create(document(77, "the harvest"), document(78, "late harvest"))
    state, whole = index.state, shelf.files(index.state)
    index.close()
    with halted(shelf, state, moment):
        opened = shelf.open(state)
        assert found(opened, "harvest") == records([77, 78])
        with pytest.raises(ArchiveBusy):
            opened.update([], [record(78)])
    opened.update([], [record(78)])
    opened.prune()
    assert found(opened, "harvest") == [record(77)]
    assert len(shelf.files(opened.state)) == len(whole)


# --- T2: whoever doctors the disk and returns it --------------------------------------------


@pytest.fixture
def built(shelf: Shelf) -> IndexState:
    """An index of two segments, one of them of several chunks; its accepted state."""
    index = shelf.create(*texts(150, words=800))
    state = index.update([document(90, "the harvest")], [])
    index.prune()
    index.close()
    assert any(path.stat().st_size > 2 * CHUNK for path in shelf.files(state))
    return state


def check_refused(shelf: Shelf, state: IndexState, answer: object) -> None:
    """An eager index does not open; another gives the same answer or none."""
    with pytest.raises(IndexTampered):
        shelf.open(state, eager=True)
    try:
        lazy = shelf.open(state, eager=False)
        assert ask(lazy, QUERY) == answer
    except IndexTampered:
        pass


QUERY = f"{CANARIES[0]} OR harvest NOT w17"


def test_t2_any_byte_of_any_file_that_changes_is_noticed(shelf: Shelf, built: IndexState) -> None:
    answer = ask(shelf.open(built), QUERY)
    dice = random.Random(11)
    for path in shelf.files(built):
        whole = path.read_bytes()
        places = {0, len(whole) - 1, len(whole) // 2, *dice.choices(range(len(whole)), k=20)}
        places |= {place for place in (CHUNK, CHUNK + 15, CHUNK + 16) if place < len(whole)}
        for place in places:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
            check_refused(shelf, built, answer)
        path.write_bytes(whole)
    assert ask(shelf.open(built, eager=True), QUERY) == answer


def test_t2_an_eager_index_authenticates_what_no_search_has_asked_for_yet(shelf: Shelf) -> None:
    one_word = random.Random(3).randbytes(3 * CHUNK).hex()
    state = shelf.create(document(1, one_word)).state
    path = max(shelf.files(state), key=lambda file: file.stat().st_size)
    whole = path.read_bytes()
    place = len(whole) // 2
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(IndexTampered):
        shelf.open(state, eager=True)
    with pytest.raises(IndexTampered):
        ask(shelf.open(state, eager=False), "NOT nowhere")


SLOT = CHUNK + 16


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[: len(whole) // SLOT * SLOT],
        lambda whole: b"",
        lambda whole: whole + b"\0",
        lambda whole: whole + whole[-16:],
        lambda whole: whole[SLOT : 2 * SLOT] + whole[:SLOT] + whole[2 * SLOT :],
        lambda whole: whole[:SLOT] + whole[:SLOT] + whole[2 * SLOT :],
        lambda whole: bytes(len(whole)),
    ],
    ids=["byte", "half", "slot", "all", "longer", "tag", "swapped", "doubled", "zeros"],
)
def test_t2_a_file_that_is_cut_extended_or_shuffled_is_noticed(
    shelf: Shelf, built: IndexState, damage: Callable[[bytes], bytes]
) -> None:
    answer = ask(shelf.open(built), QUERY)
    for path in shelf.files(built):
        whole = path.read_bytes()
        damaged = damage(whole)
        if damaged != whole:
            path.write_bytes(damaged)
            check_refused(shelf, built, answer)
            path.write_bytes(whole)


def test_t2_files_that_change_places_are_noticed(shelf: Shelf, built: IndexState) -> None:
    answer = ask(shelf.open(built), QUERY)
    files = shelf.files(built)
    for one, other in zip(files, files[1:] + files[:1], strict=True):
        contents = one.read_bytes(), other.read_bytes()
        one.write_bytes(contents[1])
        other.write_bytes(contents[0])
        check_refused(shelf, built, answer)
        one.write_bytes(contents[0])
        other.write_bytes(contents[1])


def test_t2_a_file_that_is_missing_or_a_link_is_noticed(shelf: Shelf, built: IndexState) -> None:
    for path in shelf.files(built):
        away = shelf.parent / "away"
        path.rename(away)
        with pytest.raises(IndexTampered):
            shelf.open(built)
        path.symlink_to(away)
        with pytest.raises(IndexTampered):
            shelf.open(built)
        path.unlink()
        away.rename(path)


def test_t2_an_older_generation_put_back_is_noticed(shelf: Shelf) -> None:
    index = shelf.create(document(1, "harvest"))
    old = shelf.parent / "old"
    shutil.copytree(shelf.place(index.state), old)
    before, after = index.state, index.update([], [record(1)])
    index.prune()
    index.close()
    shutil.rmtree(shelf.place(after))
    old.rename(shelf.place(after))
    with pytest.raises(IndexTampered):
        shelf.open(after)
    (old_manifest,) = (
        path for path in shelf.files(before) if path.name == before.manifest_digest[:32]
    )
    old_manifest.rename(shelf.place(after) / after.manifest_digest[:32])
    with pytest.raises(IndexTampered):
        shelf.open(after)


def test_t2_another_index_of_the_same_key_is_not_taken_for_this_one(shelf: Shelf) -> None:
    one, other = shelf.create(document(1, "harvest")), shelf.create(document(1, "winter"))
    assert one.state.generation == other.state.generation
    for path in shelf.files(other.state):
        shutil.copy(path, shelf.place(one.state) / path.name)
    for wrong in (
        replace(other.state, index_id=one.state.index_id),
        replace(one.state, generation=2),
        replace(one.state, manifest_digest="0" * 64),
    ):
        with pytest.raises(IndexTampered):
            shelf.open(wrong)
    with pytest.raises(IndexTampered):
        Shelf(shelf.parent, key=bytes(32)).open(one.state)


def test_t2_strange_files_go_at_pruning_and_a_missing_one_stops_it(
    shelf: Shelf, built: IndexState
) -> None:
    index, whole = shelf.open(built), shelf.files(built)
    (shelf.place(built) / "planted").write_bytes(b"planted")
    (shelf.place(built) / "folder").mkdir()
    index.prune()
    (shelf.place(built) / "folder").rmdir()
    assert shelf.files(built) == whole
    (shelf.place(built) / "planted").write_bytes(b"planted")
    whole[0].unlink()
    with pytest.raises(IndexTampered):
        index.prune()
    assert (shelf.place(built) / "planted").exists()


def test_an_index_of_a_newer_version_is_said_to_be_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "VERSION", manifest.VERSION + 1)
        state = shelf.create(document(1, "harvest")).state
    with pytest.raises(NewerArchive):
        shelf.open(state)


def test_an_index_of_an_older_version_is_said_to_be_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "VERSION", manifest.VERSION - 1)
        state = shelf.create(document(1, "harvest")).state
    with pytest.raises(IndexOutdated):
        shelf.open(state)


class Bomb:
    """Runs code when it is unpickled: it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("eager", [False, True])
def test_t2_a_planted_pickle_is_never_run(
    shelf: Shelf, built: IndexState, tmp_path: Path, eager: bool
) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"), 2)
    pickle.loads(bomb)
    (tmp_path / "exploded").rmdir()
    for path in shelf.files(built):
        whole = path.read_bytes()
        for planted in (bomb, bomb.ljust(len(whole), b"\0")[: len(whole)]):
            path.write_bytes(planted)
            with pytest.raises(IndexTampered):
                found(shelf.open(built, eager=eager), QUERY)
        path.write_bytes(whole)
    for name in ("_MAIN_99.toc", "MAIN_planted.seg", "_MAIN_1.toc"):
        (shelf.place(built) / name).write_bytes(bomb)
    assert found(shelf.open(built, eager=eager), "harvest") == [record(90)]
    assert not (tmp_path / "exploded").exists()
