"""What came beside the files: checksum lists and metadata tables, found before anything is read."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from archive.errors import DescriptionUnusable, UnreadableFile
from archive.model.objects import Outcome
from archive.services.checksums import (
    MAX_LIST_BYTES,
    Checksum,
    Listed,
    ListUnusable,
    algorithm_of,
    bag_encoding,
    parse_list,
    parse_manifest,
    printable,
)
from archive.services.intake.descriptions import MAX_TABLE_BYTES, Row, parse_table
from archive.services.intake.handed_in import (
    Candidate,
    FileReport,
    PathInput,
    Supplied,
    Upload,
    label_of,
)

_DECLARATION = "bagit.txt"
_FETCH = "fetch.txt"
_TABLE = Path("metadata") / "metadata.csv"
_BELOW = ("", "objects", "data", "data/objects")
"""Where the files of a table may be, seen from the folder that the table describes."""

_NOT_FETCHED = "it names files elsewhere; nothing is fetched"
_UNLISTED = "not listed in any manifest of its bag"
_MISSING = 10_000  # lines of the receipt for one list
_NAMED = 5  # file names in one note
_NO_ROW = "no row in the metadata table"


class Survey:
    """Checksums, descriptions and notes by path, gathered from the folders that are handed in."""

    def __init__(self) -> None:
        self._checksums: dict[str, list[Checksum]] = {}
        self._described: dict[str, dict[str, str]] = {}
        self._notes: dict[str, list[str]] = {}
        self._payloads: list[str] = []
        self._tables: list[str] = []
        self._seen: set[str] = set()
        self.reports: list[FileReport] = []

    def take(self, inputs: Iterable[PathInput | Upload], exclude: Path) -> None:
        """Look through the folders among `inputs`, but not into `exclude`."""
        for given in inputs:
            if isinstance(given, PathInput) and given.path.is_dir():
                self._root(given.path)
                self._walk(given.path, exclude.resolve())

    def describe(self, data: bytes, inputs: Iterable[PathInput | Upload]) -> tuple[str, ...]:
        """Match a table that was named outright with `inputs`; return what there is to say of it.

        Raises:
            DescriptionUnusable: it is not a usable table.
        """
        paths = [given.path for given in inputs if isinstance(given, PathInput)]
        bases = [path if path.is_dir() else path.parent for path in paths]
        return _unmatched(self._match(parse_table(data), bases))

    def supplied(self, item: Candidate) -> Supplied:
        """Return what came beside one file."""
        key = str(item.source)
        checksums = tuple(self._checksums.get(key, ()))
        notes = list(self._notes.get(key, ()))
        if not checksums and key.startswith(tuple(self._payloads)):
            notes.append(_UNLISTED)
        described = self._described.get(key, {})
        if not described and key.startswith(tuple(self._tables)) and not _is_about_files(item):
            notes.append(_NO_ROW)
        return Supplied(checksums, described, "; ".join(notes) or None)

    @property
    def _empty(self) -> bool:
        found = self._checksums or self._described or self._notes or self._payloads
        return not (found or self._tables)

    def attach(self, items: Iterable[Candidate | FileReport]) -> Iterator[Candidate | FileReport]:
        """Yield the items with what came beside them, then a report for each missing file."""
        if self._empty:
            yield from items
        else:
            for item in items:
                if isinstance(item, Candidate) and isinstance(item.source, str):
                    yield replace(item, supplied=self.supplied(item))
                else:
                    yield item
        yield from self.reports

    def _walk(self, root: Path, exclude: Path) -> None:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            if folder.resolve() == exclude:
                continue
            try:
                with os.scandir(folder) as scan:
                    entries = sorted(scan, key=lambda entry: os.fsencode(entry.name))
            except OSError:
                continue
            files = [one.name for one in entries if one.is_file(follow_symlinks=False)]
            encoding = self._bag(folder, files)
            for name in files:
                if algorithm_of(name) is not None:
                    self._list(folder, name, encoding)
            below = [Path(one.path) for one in entries if one.is_dir(follow_symlinks=False)]
            waiting += reversed(below)

    def _bag(self, folder: Path, names: Iterable[str]) -> str | None:
        """Return the encoding of the bag that `folder` is, or `None` when it is not one."""
        if _DECLARATION not in names:
            return None
        try:
            encoding = bag_encoding(_small(folder / _DECLARATION, MAX_LIST_BYTES))
        except (ListUnusable, UnreadableFile) as error:
            self._note(folder / _DECLARATION, str(error))
            return None
        if encoding is not None:
            self._payloads.append(_prefix(folder / "data"))
            self._root(folder)
            if _FETCH in names:
                self._note(folder / _FETCH, _NOT_FETCHED)
        return encoding

    def _list(self, folder: Path, name: str, encoding: str | None) -> None:
        in_bag = encoding is not None and name.lower().removeprefix("tag").startswith("manifest-")
        try:
            data = _small(folder / name, MAX_LIST_BYTES)
            listed = (
                parse_manifest(name, data, encoding or "") if in_bag else parse_list(name, data)
            )
        except (ListUnusable, UnreadableFile) as error:
            self._note(folder / name, f"not used as a checksum list: {error}")
            return
        missing = [one for one in listed if not self._expect(folder, one)]
        for one in missing[:_MISSING]:
            self._missing(folder / one.path, f"listed in {one.checksum.origin} but not there")
        if len(missing) > _MISSING:
            more = f"{len(missing) - _MISSING:,} more files that it lists are not there"
            self._missing(folder / name, more)

    def _missing(self, path: Path, reason: str) -> None:
        self.reports.append(FileReport(label_of(path), Outcome.FAILED, reason=reason))

    def _expect(self, folder: Path, one: Listed) -> bool:
        """Take up what is expected of a listed file; return whether something stands there.

        What is no regular file is refused, with a line of its own, when the folder is walked.
        """
        path = _find(folder, one.path)
        if path is not None:
            self._checksums.setdefault(str(path), []).append(one.checksum)
        return path is not None or os.path.lexists(folder / one.path)

    def _root(self, folder: Path) -> None:
        """Take up the metadata table of a folder or bag, if it has one."""
        for below in ("", "data/"):
            place = _find(folder, below + _TABLE.as_posix())
            if place is None or str(place) in self._seen:
                continue
            self._seen.add(str(place))
            try:
                rest = self._match(parse_table(_small(place, MAX_TABLE_BYTES)), [folder])
            except (DescriptionUnusable, UnreadableFile) as error:
                self._note(place, f"not used as a metadata table: {error}")
            else:
                self._note(place, *_unmatched(rest))

    def _match(self, rows: Iterable[Row], bases: list[Path]) -> list[str]:
        """Take up the rows; return the file names that match nothing."""
        unmatched = []
        places = [base / below for base in bases for below in _BELOW]
        self._tables += [_prefix(base) for base in bases]
        for row in rows:
            found = [path for place in places if (path := _row_path(place, row)) is not None]
            for path in found[:1]:
                self._described[str(path)] = row.values
            if not found:
                unmatched.append(row.filename)
        return unmatched

    def _note(self, path: Path, *notes: str) -> None:
        self._notes.setdefault(str(path), []).extend(notes)


def _unmatched(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    first = ", ".join(printable(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (f"rows of the metadata table that match no file: {first}{more}",)


def _prefix(folder: Path) -> str:
    """Return how the paths of everything below a folder begin."""
    return str(folder / "x")[:-1]


def _is_about_files(item: Candidate) -> bool:
    """Return whether a file describes others, so that no table has a row for it."""
    tags = (_DECLARATION, "bag-info.txt", _FETCH, _TABLE.name)
    return item.name in tags or algorithm_of(item.name) is not None


def _row_path(place: Path, row: Row) -> Path | None:
    parts = row.filename.replace("\\", "/").split("/")
    if ".." in parts or row.filename.startswith("/"):
        return None
    return _find(place, "/".join(parts))


def _find(folder: Path, relative: str) -> Path | None:
    """Return the regular file of a relative path below `folder`, or `None`; no link is followed.

    File systems and senders spell one name in composed or decomposed letters (RFC 8493, 6.1.1.2).
    """
    for form in ("", "NFC", "NFD"):
        name = unicodedata.normalize(form, relative) if form else relative  # type: ignore[arg-type]
        path = folder / name
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                continue
            straight = path.parent.resolve() == folder.resolve() / Path(name).parent
        except (OSError, ValueError):
            continue
        if straight:
            return path
    return None


def _small(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most `limit` bytes.

    Raises:
        UnreadableFile: it is larger, gone, protected, or not a regular file.
    """
    with Candidate(label_of(path), path.name, str(path)).open() as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableFile("it is too large for that")
    return data
