"""Refusals: what was asked may not be done, or not like that; nothing is wrong with the archive."""

from __future__ import annotations

from collections.abc import Sequence

from archive.errors.root import ArchiveError


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


class ScopeMissing(AccessDenied):
    """The token was made for other acts than this one."""

    code = "scope-missing"
    message = "This token was not made for that."
    hint = "Make a token with the scope that the operation names in its description."


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


class UnsealingRefused(AccessDenied):
    """A dossier is not opened: nobody else approved it, or the time is over."""

    code = "unsealing-refused"
    message = "The identity is sealed: no other custodian approved it, or the time is over."
    hint = "See `strongroom source unseal list`; make a new request when the time is over."


class InvalidInput(ArchiveError):
    """Family: what was given cannot be used as it is."""


class InvalidValue(InvalidInput):
    """A field, option or identifier is malformed or out of range."""

    code = "invalid-value"
    message = "A value is not valid."
    hint = "Correct the value and try again."


class UploadTooLarge(InvalidInput):
    """An upload is larger than it said, or than is taken in."""

    code = "upload-too-large"
    message = "That is larger than was said, or than can be uploaded."
    hint = "Very large files go in with `strongroom ingest`."


class WrongOffset(InvalidInput):
    """A piece of an upload does not begin where the last one ended."""

    code = "wrong-offset"
    message = "That piece does not follow the last one."
    hint = "Ask where the upload stands and go on from there; another window may be sending it too."


class UploadBusy(InvalidInput):
    """Another window of the same member is at the same upload, or there are too many of them."""

    code = "upload-busy"
    message = "Another window sends that file, or too many files are on their way."
    hint = "Let it finish, or discard what you do not need."


class ChecksumDiffers(InvalidInput):
    """What arrived does not have the checksum that was sent with it."""

    code = "checksum-differs"
    message = "What arrived is not what was sent: the checksums differ."
    hint = "Send it again; if it stays, the file changed while it was read."


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


class RegisterChanged(InvalidInput):
    """The register changed each time that a copy was checked against it: nothing was released."""

    code = "register-changed"
    message = "The register of sources changed during every check; nothing was released."
    hint = "Release it again when the register has come to rest."


class PlanChanged(InvalidInput):
    """Another act changed the redaction plan after the form was made: nothing was done."""

    code = "plan-changed"
    message = "The redaction plan was changed after you looked at it; nothing of yours was done."
    hint = "Look at what was changed, then do it again if it is still right."


class DescriptionChanged(InvalidInput):
    """Another act changed the description after the form was made: nothing was done."""

    code = "description-changed"
    message = "The description was changed after you looked at it; nothing of yours was done."
    hint = "Compare what is written now with yours, then save again if it is still right."


class ReleaseBlocked(InvalidInput):
    """The release gate found a way from the reading copy to what it should hide.

    `found` are the places, for the door that shows them; they are not printed with the error.
    """

    code = "release-blocked"
    message = "The reading copy, or one like it, still shows what is hidden; nothing was released."
    hint = (
        "Hide each place (`strongroom leakcheck RECORD` says where it is, and with what command), "
        "then submit the plan again and have it approved."
    )

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        found: Sequence[object] = (),
        **diagnostics: str | int,
    ) -> None:
        super().__init__(message, hint=hint, **diagnostics)
        self.found = tuple(found)


class PageNotRebuilt(InvalidInput):
    """A page cannot be rendered, or is not what it was when the plan was submitted."""

    code = "page-not-rebuilt"
    message = "A page of the record cannot be rebuilt; nothing was changed."
    hint = "Submit the text alone with `redact submit RECORD --text-only`, or hand in a sound copy."


class PlaceUnknown(InvalidInput):
    """A redaction covers words of which nobody knows where they stand on the page."""

    code = "place-unknown"
    message = "Words are to be hidden of which the place on the page is not known."
    hint = (
        "Hide the whole page with `redact mark RECORD --region`, or submit the text alone with "
        "`redact submit RECORD --text-only`."
    )


class CrowdTooSmall(InvalidInput):
    """What released documents would say about a source together fits too few people."""

    code = "crowd-too-small"
    message = "What is released about a source, with this copy, would fit only a few people."
    hint = "See `strongroom leakcheck RECORD`; hide more, or approve it with --acknowledge."


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


class HardwareKeyFailed(KeyUnavailable):
    """The age plugin of a hardware key is not there, or refused."""

    code = "hardware-key-failed"
    message = "The hardware key did not work."
    hint = "Connect it, install its age plugin, or sign in with the passphrase."


class TokenRefused(KeyUnavailable):
    """No token was given, or it is unknown, over, revoked or locked: one wording for all."""

    code = "token-refused"
    message = "No token was given, or it is not good any more."
    hint = (
        "Make one with `strongroom token create` or on the page “Tokens”, and send it as "
        "`Authorization: Bearer TOKEN`. A token ends with its time, 15 minutes without use, or "
        "when keys are sealed."
    )


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
