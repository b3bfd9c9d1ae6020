"""Faults: of what is stored, of the place where it is, of the index, of a reader."""

from __future__ import annotations

import errno

from archive.errors.root import ArchiveError


class IntegrityError(ArchiveError):
    """Family: stored bytes are not what was written. Nothing of them is used."""

    hint = "Do not write to this archive; compare with a backup and run `strongroom audit verify`."


class SealedObjectDamaged(IntegrityError):
    """A sealed object, header or envelope fails authentication."""

    code = "sealed-object-damaged"
    message = "A sealed object has been changed or cut."


class BindingMismatch(IntegrityError):
    """An authentic object stands in another's place, or an older version was put back."""

    code = "binding-mismatch"
    message = "A stored object is not the one that the ledger committed to."


class IndexTampered(IntegrityError):
    """A file of the search index fails authentication, or an old generation was put back."""

    code = "index-tampered"
    message = "The search index has been changed outside Strongroom."
    hint = "Run `strongroom index rebuild`; the index holds nothing that cannot be rebuilt."


class LedgerTampered(IntegrityError):
    """An entry, tree hash, checkpoint or signature of the ledger does not verify."""

    code = "ledger-tampered"
    message = "The ledger does not verify."


class LedgerBehind(IntegrityError):
    """The ledger lacks entries that a checkpoint outside of the catalog covers, or has others."""

    code = "ledger-behind"
    message = "The ledger is behind a checkpoint that it signed, or tells another history."
    hint = "An older copy was put back. Restore the newest one, or run `strongroom audit verify`."


class ArchiveDamaged(IntegrityError):
    """The catalog file or the public file of the archive folder is not what was written."""

    code = "archive-damaged"
    message = "A file of the archive folder is damaged."


class BackupDamaged(IntegrityError):
    """A file of a backup is missing, or is not what its list says."""

    code = "backup-damaged"
    message = "A file of the backup is damaged or missing."
    hint = "Run `strongroom backup verify` to see what; restore an older point, or another copy."


class StorageError(ArchiveError):
    """Family: the disk or the archive folder is not usable as asked."""


class NoArchive(StorageError):
    """There is no archive in the folder."""

    code = "no-archive"
    message = "There is no archive in that folder."
    hint = "Give --archive DIR, or make one with `strongroom init`."


class NoBackup(StorageError):
    """There is no backup in the folder, or not that one."""

    code = "no-backup"
    message = "There is no backup in that folder."
    hint = "Name the folder that `strongroom backup create` was given, or a new or empty one."


class BackupOfAnother(StorageError):
    """The folder holds the backups of another archive; nothing was written."""

    code = "backup-of-another"
    message = "That folder holds the backups of another archive."
    hint = "Give each archive a folder of its own."


class IndexOutdated(StorageError):
    """The search index is whole, but in the format of an older version, which is read no more."""

    code = "index-outdated"
    message = "The search index was written by an older version of Strongroom."
    hint = "Run `strongroom index rebuild`; the index holds nothing that cannot be rebuilt."


class NewerArchive(StorageError):
    """The archive was written by a newer version of Strongroom."""

    code = "newer-archive"
    message = "This archive was written by a newer version of Strongroom."
    hint = "Update Strongroom on this machine; nothing was changed."


class ArchiveBusy(StorageError):
    """Another process holds the lock that this act needs."""

    code = "archive-busy"
    message = "The archive is in use by another process."
    hint = "Wait until it is done and try again."


class DiskFull(StorageError):
    """No space left while writing; nothing half-written is kept."""

    code = "disk-full"
    message = "The disk is full. What was acknowledged is safe; the rest was not stored."
    hint = "Free some space and run the same command again; it continues where it stopped."


class NotEnoughSpace(StorageError):
    """The inputs would not fit on the disk; nothing was begun."""

    code = "not-enough-space"
    message = "There may not be room for all of it on the archive's disk; nothing was begun."
    hint = "Free some space; or give --ignore-space when most of it is stored already."


class WriteFailed(StorageError):
    """A write, fsync or rename failed; writing has stopped until the archive is reopened."""

    code = "write-failed"
    message = "Writing to the archive folder failed."
    hint = "Check the disk and the folder's permissions, then run the same command again."


class MachineExhausted(StorageError):
    """The operating system can open nothing more, which says nothing of what was to be opened."""

    code = "machine-exhausted"
    message = "This machine has no more open files or memory to give."
    hint = "Close other programs, or raise the limit of open files (ulimit -n), and try again."


class ObjectMissing(StorageError):
    """A sealed object that the catalog names is not in the store."""

    code = "object-missing"
    message = "A stored object is missing from the archive folder."
    hint = "Restore the archive folder from a backup."


class SearchError(ArchiveError):
    """Family: the query cannot be answered as asked."""


class QuerySyntax(SearchError):
    """The query does not follow the grammar."""

    code = "query-syntax"
    message = "The query could not be understood."
    hint = 'Balance quotes and brackets; use words, "phrases", AND, OR, NOT and word*.'


class QueryTooBroad(SearchError):
    """The query exceeds the limits on length, terms, depth or expansion."""

    code = "query-too-broad"
    message = "The query is too broad."
    hint = "Use fewer words, or at least three letters before a *."


class SearchTimeout(SearchError):
    """The query ran longer than it may, and its process was stopped."""

    code = "search-timeout"
    message = "The search took too long and was stopped."
    hint = "Use rarer words, or narrow it down by date or facet, and search again."


class SearchFailed(SearchError):
    """The search process ended without an answer, or could not be started."""

    code = "search-failed"
    message = "The search process ended before it had an answer."
    hint = "Search again; if it stays, run `strongroom index rebuild` and report the code."


class SandboxError(ArchiveError):
    """Family: a reader of hostile bytes did not come back with a usable answer."""


class ReaderFailed(SandboxError):
    """The reader gave up on the document or crashed."""

    code = "reader-failed"
    message = "The document could not be read; it is stored sealed without text."
    hint = "Open the original in its own program; it may be damaged or protected."


class ReaderLimit(SandboxError):
    """The reader ran out of its time, memory or output allowance and was killed."""

    code = "reader-limit"
    message = "Reading the document took more than is allowed; it is stored sealed without text."
    hint = "Split the document, or convert it to PDF or text and ingest that beside it."


class SandboxMissing(SandboxError):
    """Readers cannot be confined here, and nobody has accepted to read without that."""

    code = "sandbox-missing"
    message = "Documents cannot be read safely on this machine; nothing was stored."
    hint = (
        "Run `strongroom doctor` to see what is missing. To go on all the same, on a machine that "
        "holds nothing else, use --accept-unsandboxed-readers; it is noted on every record."
    )


_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # open(2)


def unless_exhausted(error: OSError, found: ArchiveError) -> ArchiveError:
    """Return `found`, what failing to open a file says of it, unless nothing can be opened now."""
    return MachineExhausted() if error.errno in _EXHAUSTED else found
