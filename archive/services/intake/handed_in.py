"""What is handed in: files, folders and uploads, walked without trusting names, links or types."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from archive.errors import UnreadableFile
from archive.model.ids import RecordId
from archive.model.objects import Fixity, Outcome
from archive.model.portable import Portable
from archive.model.receipt import Near
from archive.services.checksums import Checksum

_OWN_FOLDER = "it is the archive's own folder"
_REASONS = {
    errno.EACCES: "no permission to read it",
    errno.EPERM: "no permission to read it",
    errno.ENOENT: "it is not there (any more)",
    errno.ELOOP: "it is a symbolic link; give the file itself",
    errno.EISDIR: "it is a folder",
    errno.EIO: "the disk it is on failed while it was read",
    errno.ENAMETOOLONG: "its path is too long",
    errno.EMFILE: "too many files are open on this machine",
}


@dataclass(frozen=True, slots=True)
class PathInput:
    """A file or folder on this machine; folders are walked in the order of their names.

    A symbolic link that was named outright is followed, unless `follow` is off.
    """

    path: Path
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrives as a stream which can be rewound; its name is untrusted.

    `size` is how many bytes it probably has, 0 where nobody knows.
    """

    name: str
    stream: BinaryIO
    size: int = 0


@dataclass(frozen=True, slots=True)
class FileReport(Portable):
    """How one input file ended. `attachments` are the files found inside it, each with its own.

    `fixity` is of the content as it came in, where it could be read; `near` are stored records
    with a similar text.
    """

    path: str
    outcome: Outcome
    record: RecordId | None = None
    reason: str | None = None
    attachments: tuple[FileReport, ...] = ()
    fixity: Fixity | None = None
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplied(Portable):
    """What came beside a file: checksums, a description by element, a note for the receipt."""

    checksums: tuple[Checksum, ...] = ()
    description: dict[str, str] = field(default_factory=dict)
    note: str | None = None


NOTHING = Supplied()
"""Nothing came beside a file."""


@dataclass(frozen=True, slots=True)
class Candidate(Portable):
    """One input file to try: its label for the receipt, and where its bytes come from.

    `source` is a path as the operating system has it, or a stream. `size` is what the file system
    said while walking, in bytes; 0 where nobody asked. `supplied` is what came beside the file.
    """

    label: str
    name: str
    source: str | BinaryIO
    size: int = 0
    supplied: Supplied = NOTHING

    def open(self) -> BinaryIO:
        """Open the file from its start, without following a symbolic link.

        Raises:
            UnreadableFile: it is gone, protected, or not a regular file.
        """
        if not isinstance(self.source, str):
            self.source.seek(0)
            return self.source
        try:
            descriptor = os.open(self.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise UnreadableFile(explain(error)) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise UnreadableFile("it is not a regular file")
        return cast(BinaryIO, io.FileIO(descriptor, "rb"))


def explain(error: OSError) -> str:
    """Return what an operating system error means for an input file, without its name."""
    return _REASONS.get(error.errno or 0, "it could not be read")


def label_of(path: str | Path) -> str:
    """Return a path as printable text; bytes that are not UTF-8 are written as hex escapes."""
    text = os.fspath(path)
    return text if text.isascii() else os.fsencode(text).decode("utf-8", "backslashreplace")


def candidates(
    inputs: Iterable[PathInput | Upload], *, exclude: Path
) -> Iterator[Candidate | FileReport]:
    """Yield a candidate for each file, or a report for what cannot be tried.

    `exclude` is the archive's own folder, which is never walked into.
    """
    for given in inputs:
        if isinstance(given, Upload):
            yield Candidate(given.name, given.name, given.stream, given.size)
        elif not given.follow and given.path.is_symlink():
            reason = _REASONS[errno.ELOOP]
            yield FileReport(label_of(given.path), Outcome.REJECTED, reason=reason)
        elif given.path.is_dir():
            yield from _walk(str(given.path), exclude.resolve())
        else:
            target, name = _target(given), label_of(given.path.name)
            yield Candidate(label_of(given.path), name, str(target), _size(target))


def _target(given: PathInput) -> Path:
    """Resolve a link that was named outright; links found while walking are refused."""
    return given.path.resolve() if given.path.is_symlink() else given.path


def _walk(folder: str, exclude: Path) -> Iterator[Candidate | FileReport]:
    """Yield what is below a folder, in the order of names; a deep tree needs no deep recursion."""
    waiting = list(_below(folder, exclude))
    while waiting:
        path, entry = waiting.pop()
        if isinstance(entry, FileReport):
            yield entry
        elif entry.is_dir(follow_symlinks=False):
            waiting += _below(path, exclude)
        elif entry.is_symlink():
            reason = _REASONS[errno.ELOOP]
            yield FileReport(label_of(path), Outcome.REJECTED, reason=reason)
        else:
            yield Candidate(label_of(path), label_of(entry.name), path, _size(entry))


def _below(folder: str, exclude: Path) -> Iterator[tuple[str, os.DirEntry[str] | FileReport]]:
    """Yield paths in a folder, the last name first, or a report of why that cannot be done."""
    try:
        if Path(folder).resolve() == exclude:
            yield folder, FileReport(label_of(folder), Outcome.REJECTED, reason=_OWN_FOLDER)
            return
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: os.fsencode(entry.name), reverse=True)
    except OSError as error:
        yield folder, FileReport(label_of(folder), Outcome.FAILED, reason=explain(error))
        return
    above = "" if folder == "." else f"{folder.rstrip('/')}/"
    for entry in entries:
        yield above + entry.name, entry


def _size(entry: os.DirEntry[str] | Path) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
