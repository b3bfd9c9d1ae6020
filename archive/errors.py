"""The error tree: every refusal has a stable code, a message that names no source, a next step.

`ArchiveError` and the families are never raised themselves; leaves are. `public_message` is safe
to print anywhere. `diagnostics` holds opaque ids, counts and offsets only, never content.
"""

from __future__ import annotations

from typing import ClassVar


class ArchiveError(Exception):
    """Root of every error that Strongroom raises on purpose.

    Attributes:
        code: stable machine-readable name of the leaf, for `--json` and HTTP bodies.
        message: what happened, in plain words, without any content of the archive.
        hint: what to do next.
        diagnostics: opaque ids, counts and offsets that help a maintainer.
    """

    code: ClassVar[str] = "error"
    message: ClassVar[str] = "Something went wrong."
    hint: ClassVar[str] = "Run `strongroom doctor` and report the code."

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, **diagnostics: str | int
    ) -> None:
        self.public_message = message if message is not None else self.message
        self.next_step = hint if hint is not None else self.hint
        self.diagnostics: dict[str, str | int] = diagnostics
        super().__init__(self.public_message)


class AccessDenied(ArchiveError):
    """Family: the caller may not do this, or may not know whether it exists."""


class NotPermitted(AccessDenied):
    """The caller's role or keys do not allow the act; worded like `RecordNotFound`."""

    code = "not-found"
    message = "Not found, or not open to you."
    hint = "Check the reference, or ask a custodian for access."


class RecordNotFound(AccessDenied):
    """Nothing there; worded like `NotPermitted` so that existence does not leak."""

    code = "not-found"
    message = "Not found, or not open to you."
    hint = "Check the reference, or ask a custodian for access."


class SignInRefused(AccessDenied):
    """Unknown member or wrong passphrase at the web door: one wording for both."""

    code = "sign-in-refused"
    message = "Name or passphrase is not right."
    hint = "Try again, or ask a custodian to check your membership."


class SecondFactorRefused(AccessDenied):
    """A one-time password or recovery code is wrong or was used already."""

    code = "second-factor-refused"
    message = "That code is not right, or was used already."
    hint = "Wait for the next code of your app, or use a recovery code."


class FourEyesRequired(AccessDenied):
    """Proposer and approver are the same member (promise T8)."""

    code = "four-eyes"
    message = "A redaction plan must be approved by another member than the one who proposed it."
    hint = "Ask a second archivist or custodian to review the plan."


class InvalidInput(ArchiveError):
    """Family: what was given cannot be used as it is."""


class InvalidValue(InvalidInput):
    """A field, option or identifier is malformed or out of range."""

    code = "invalid-value"
    message = "A value is not valid."
    hint = "Correct the value and try again."


class NameTaken(InvalidInput):
    """A member or collection of this name exists already."""

    code = "name-taken"
    message = "That name is in use already."
    hint = "Choose another name."


class WeakPassphrase(InvalidInput):
    """Shorter than 15 characters or on the common list (ASVS 5.0, 6.2.1 and 6.2.4)."""

    code = "weak-passphrase"
    message = "The passphrase is too short or too common."
    hint = "Use 15 characters or more; several random words are good."


class LastCustodian(InvalidInput):
    """The act would leave the archive without a custodian who can sign in, or is one's own."""

    code = "last-custodian"
    message = "An archive needs a custodian, and nobody changes their own membership."
    hint = "Make another member custodian first, and let them do it."


class WrongPlanState(InvalidInput):
    """The redaction plan is not in the state that the act needs."""

    code = "wrong-plan-state"
    message = "The redaction plan is not in the right state for this."
    hint = "See `strongroom redact plan RECORD` for its state."


class ReleaseBlocked(InvalidInput):
    """The release gate found a registered source in the reading copy."""

    code = "release-blocked"
    message = "The reading copy still names a registered source; nothing was released."
    hint = "See `strongroom leakcheck RECORD`, mark the places and submit the plan again."


class AccessionClosed(InvalidInput):
    """A closed accession was asked to take in more, or to change."""

    code = "accession-closed"
    message = "The accession is closed; nothing was taken into it."
    hint = "Open another accession, or run `strongroom accession reopen A-0001 --reason TEXT`."


class UnderEmbargo(InvalidInput):
    """The record's accession may not be released yet."""

    code = "under-embargo"
    message = "The accession is under embargo; nothing was released."
    hint = "Wait for that date, or see `strongroom accession set --help`."


class InQuarantine(InvalidInput):
    """The record is held in quarantine: it can be looked at, accepted or discarded only."""

    code = "in-quarantine"
    message = "The record is in quarantine."
    hint = "See `strongroom quarantine list`, then accept or discard it."


class DescriptionUnusable(InvalidInput):
    """A metadata table is not CSV, not in a known encoding, or lacks the column of file names."""

    code = "description-unusable"
    message = "The metadata table cannot be used; nothing was ingested."
    hint = "Save it as CSV in UTF-8 with a header row that has a column `filename`."


class ArchiveExists(InvalidInput):
    """`init` was pointed at a folder that is not empty."""

    code = "archive-exists"
    message = "There is something in that folder already."
    hint = "Choose a new or empty folder."


class UnreadableFile(InvalidInput):
    """An input file could not be opened, read to its end, or changed while it was read."""

    code = "unreadable-file"
    message = "The file could not be read."
    hint = "Check the file and its permissions, then run the same ingest again."


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


class StorageError(ArchiveError):
    """Family: the disk or the archive folder is not usable as asked."""


class NoArchive(StorageError):
    """There is no archive in the folder."""

    code = "no-archive"
    message = "There is no archive in that folder."
    hint = "Give --archive DIR, or make one with `strongroom init`."


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


class KeyUnavailable(ArchiveError):
    """Family: a key that the act needs is not at hand."""


class WrongPassphrase(KeyUnavailable):
    """The passphrase opens no key slot of the member, or there is no such member."""

    code = "wrong-passphrase"
    message = "The member or the passphrase is not right."
    hint = "Check --as and the passphrase file; nothing was opened."


class SessionEnded(KeyUnavailable):
    """The member was disabled, or has another role or passphrase since the session began."""

    code = "session-ended"
    message = "Your session is over: your membership or passphrase was changed meanwhile."
    hint = "Sign in again, or ask a custodian."


class KeysLocked(KeyUnavailable):
    """The key agent holds no keys of the member any more, or none answers."""

    code = "keys-locked"
    message = "Your keys are locked."
    hint = "Run `strongroom unlock`, or give the passphrase with --passphrase-file."


class PassphraseNeeded(KeyUnavailable):
    """The act hands keys on, which an unlocked session does not do: it takes the passphrase."""

    code = "passphrase-needed"
    message = "This act needs your passphrase, not an unlocked session."
    hint = "Give --passphrase-file, or run `strongroom lock` and try again to be asked."


class CodeRefused(KeyUnavailable):
    """A one-time code is wrong, used up, expired, or for nobody: one wording for all."""

    code = "code-refused"
    message = "The member or the one-time code is not right, or the code has expired."
    hint = "Check both; a custodian can make a new code."


class RecoveryUnknown(KeyUnavailable):
    """The archive keeps no recovery key that new keys could be sealed to."""

    code = "recovery-unknown"
    message = "This archive does not know its recovery key yet; nothing was changed."
    hint = "Run `strongroom key adopt --sheet FILE` once with the recovery sheet."


class SharesUnusable(KeyUnavailable):
    """Recovery shares are too few, mistyped, of different sets, or of another archive."""

    code = "shares-unusable"
    message = "These shares do not give the recovery key."
    hint = "Give as many different shares of one set as its threshold says; check their words."


class PassphraseMissing(KeyUnavailable):
    """No passphrase was given and there is no terminal to ask on."""

    code = "passphrase-missing"
    message = "A passphrase is needed."
    hint = "Use --passphrase-file, --passphrase-command or STRONGROOM_PASSPHRASE_FILE."


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
