"""Headers: the file key of a record, sealed to the recipients of a compartment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.errors import InvalidValue, NotPermitted, SealedObjectDamaged
from archive.model.ids import RandomBytes
from keys import age
from keys.errors import AuthenticationFailed, MalformedHeader, MalformedKey, NoMatchingIdentity
from keys.identity import FILE_KEY_SIZE, Identity, Recipient


@dataclass(frozen=True, slots=True)
class FileKey:
    """The 16-byte key behind one header; its text form shows nothing of it."""

    raw: bytes = field(repr=False)


def new_header(recipients: Sequence[Recipient], *, random: RandomBytes) -> tuple[bytes, FileKey]:
    """Return a header for a fresh file key, and the key.

    Raises:
        InvalidValue: there is no recipient, or one of them cannot be sealed to.
    """
    file_key = FileKey(random(FILE_KEY_SIZE))
    return _wrap(file_key, recipients, random), file_key


def open_header(header: bytes, identities: Sequence[Identity]) -> FileKey:
    """Return the file key of a detached header.

    Raises:
        SealedObjectDamaged: the header is malformed, followed by other bytes, or its MAC is wrong.
        NotPermitted: it is sealed to none of `identities`.
    """
    try:
        parsed = age.parse_header(header)
        if parsed.size != len(header):
            raise SealedObjectDamaged
        return FileKey(age.open_header(parsed, identities))
    except NoMatchingIdentity:
        raise NotPermitted from None
    except (AuthenticationFailed, MalformedHeader):
        raise SealedObjectDamaged from None


def rewrap_header(
    header: bytes,
    identities: Sequence[Identity],
    recipients: Sequence[Recipient],
    *,
    random: RandomBytes,
) -> bytes:
    """Return a header that seals the same file key to other recipients; payloads stay as they are.

    Raises:
        SealedObjectDamaged: the old header is malformed or its MAC is wrong.
        NotPermitted: it is sealed to none of `identities`.
        InvalidValue: there is no recipient, or one of them cannot be sealed to.
    """
    return _wrap(open_header(header, identities), recipients, random)


def _wrap(file_key: FileKey, recipients: Sequence[Recipient], random: RandomBytes) -> bytes:
    try:
        return age.make_header(file_key.raw, recipients, random=random)
    except (MalformedHeader, MalformedKey):
        raise InvalidValue("There is no usable recipient to seal to.") from None
