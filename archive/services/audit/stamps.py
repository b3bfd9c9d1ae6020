"""Time-stamp tokens (RFC 3161) of checkpoints: asked for, taken in, kept raw, checked.

Docs: docs/formats/ledger.md, Time. Authorities are files `authorities/<name>.pem` of the archive's
folder: a line `URL: http...` and the certificates to trust. They prove nothing; an auditor brings
their own.
"""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger import LogKey, Verdict, unverified_checkpoint
from archive.ledger.stamp import Stamp, Stamped, check_stamp, stamped_text
from archive.services.log_files import LogFiles
from archive.storage.durable import FOLDER_MODE, storage_errors, write_atomically
from keys.errors import KeysError, MalformedKey, TokenInvalid
from keys.primitives import x509_certificates
from keys.timestamps import ELSEWHERE, check_token, token_request

Send = Callable[[str, bytes], bytes]
"""Sends a request (DER) to a URL and returns the reply, or raises `OSError`."""

FOLDER = "stamps"
_PATIENCE = 20.0  # seconds for one reply
_MOST = 1 << 16  # bytes of a reply; two certificates and a signature take some 6,000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FILE = re.compile(r"([0-9]{1,19})\.([a-z0-9-]+)\.([0-9a-f]{16})\.tsr")
_NOTE = re.compile(r"[0-9]{1,19}\.checkpoint")
_URL = re.compile(rb"^URL: (https?://[!-~]+)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority: its name here, its address if it has one, what is trusted."""

    name: str
    url: str | None
    trusted: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking an authority: `stamped`, `unreachable` or `invalid`, and why."""

    authority: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StampView:
    """A kept token: how many entries it covers, when it was made, until when it can be checked.

    `problem` says why it proves nothing; the times are then missing. They are missing without a
    problem when the authority is not known here, so that nothing was checked.
    """

    authority: str
    size: int
    time: datetime | None
    until: datetime | None
    problem: str | None = None


def own_authorities(files: LogFiles) -> tuple[Authority, ...]:
    """Return the authorities that stand beside the archive.

    Raises:
        InvalidValue: a file has no usable name or no certificates.
    """
    return authorities(files.path.parent / "authorities")


def authorities(folder: Path) -> tuple[Authority, ...]:
    """Return the authorities of a folder of PEM files, by name; none where there is no folder.

    Raises:
        InvalidValue: a file has no usable name or no certificates.
    """
    found = []
    for path in sorted(folder.glob("*.pem")) if folder.is_dir() else ():
        try:
            pem = path.read_bytes()
            x509_certificates(pem)
        except (OSError, MalformedKey):
            pem = b""
        if not pem or not _NAME.fullmatch(path.stem):
            raise InvalidValue(
                f"A file of time-stamping authorities cannot be used: {path.name}.",
                hint="Name it like `tsa-one.pem` and put certificates in PEM into it.",
            )
        url = _URL.search(pem)
        found.append(Authority(path.stem, url[1].decode() if url else None, pem))
    return tuple(found)


def post(url: str, body: bytes) -> bytes:
    """Send a time-stamp request (RFC 3161, 3.4) and return the reply, at most 64 KiB of it.

    Raises:
        OSError: no good answer in time.
    """
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - http(s) only
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            return bytes(answer.read(_MOST))
    except urllib.error.HTTPError as error:
        with error:
            raise OSError(f"status {error.code}") from None


def stamp_request(note: str) -> bytes:
    """Return the time-stamp request (DER) for a checkpoint."""
    return token_request(stamped_text(note))


def ask(
    files: LogFiles, note: str, known: Sequence[Authority], *, send: Send = post
) -> list[Asked]:
    """Ask every authority that has an address for a token over a checkpoint, and keep what holds.

    Raises:
        DiskFull, WriteFailed: a token could not be kept.
    """
    answers = []
    for one in known:
        if one.url is None:
            continue
        try:
            take(files, note, [one], send(one.url, stamp_request(note)))
        except OSError:
            answers.append(Asked(one.name, "unreachable"))
        except TokenInvalid as error:
            answers.append(Asked(one.name, "invalid", str(error)))
        else:
            answers.append(Asked(one.name, "stamped"))
    return answers


def take(files: LogFiles, note: str, known: Sequence[Authority], reply: bytes) -> str:
    """Keep a token over a checkpoint; return the name of the authority that made it.

    Raises:
        TokenInvalid: no known authority vouches for it, or it is about something else.
        DiskFull, WriteFailed: it could not be kept.
    """
    reason = TokenInvalid("no time-stamping authority is known here")
    for one in known:
        try:
            check_token(reply, stamped_text(note), one.trusted)
        except TokenInvalid as error:
            reason = error
            continue
        _keep(files, note, one, reply)
        return one.name
    raise reason


def ask_by_hand(files: LogFiles, note: str) -> bytes:
    """Return the request to carry to an authority, and keep the checkpoint that it is about.

    Raises:
        DiskFull, WriteFailed: the checkpoint could not be kept.
    """
    _keep_note(files, note)
    return stamp_request(note)


def take_carried(files: LogFiles, known: Sequence[Authority], reply: bytes) -> tuple[str, int]:
    """Keep a token that was carried here, over a checkpoint that was asked about.

    Returns the authority and the number of entries that the checkpoint covers.

    Raises:
        LedgerTampered: it is about no such checkpoint, or no known authority vouches for it.
        DiskFull, WriteFailed: it could not be kept.
    """
    reason = "nothing was asked about"
    for note in reversed(list(checkpoints(files).values())):
        try:
            return take(files, note, known, reply), unverified_checkpoint(note).size
        except TokenInvalid as error:
            reason = str(error)
            if reason != ELSEWHERE:
                break
    raise LedgerTampered(f"The time-stamp token was not taken in: {reason}.")


def checkpoints(files: LogFiles) -> dict[str, str]:
    """Return the notes of checkpoints that were asked about by file name, smallest first.

    One that cannot be read is an empty text, which no log signed.
    """
    folder = files.path / FOLDER
    paths = folder.glob("*.checkpoint") if folder.is_dir() else ()
    names = [path.name for path in paths if _NOTE.fullmatch(path.name)]
    found = {}
    for name in sorted(names, key=lambda one: int(one.partition(".")[0])):
        try:
            found[name] = files.note(f"{FOLDER}/{name}") or ""
        except LedgerTampered:
            found[name] = ""
    return found


def _keep_note(files: LogFiles, note: str) -> Path:
    folder = files.path / FOLDER
    with storage_errors():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_atomically(folder / f"{unverified_checkpoint(note).size}.checkpoint", note.encode())
    return folder


def _keep(files: LogFiles, note: str, authority: Authority, reply: bytes) -> None:
    folder, size = _keep_note(files, note), unverified_checkpoint(note).size
    digest = hashlib.sha256(reply).hexdigest()[:16]
    write_atomically(folder / f"{size}.{authority.name}.{digest}.tsr", reply)


def stamps(files: LogFiles) -> Iterator[tuple[str, Stamp | None]]:
    """Yield name and stamp of every kept token, smallest checkpoint first; `None` for a bad file.

    A token whose bytes are not those that its name says is a bad file, and so is one without the
    checkpoint beside it, and a file that does not belong here.
    """
    folder = files.path / FOLDER
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    named = {name: _FILE.fullmatch(name) for name in names}
    tokens = [found for found in named.values() if found is not None]
    for name in names:
        if named[name] is None and not _NOTE.fullmatch(name):
            yield name, None
    for found in sorted(tokens, key=lambda one: (int(one[1]), one[2], one[3])):
        yield found[0], _stamp(files, found)


def _stamp(files: LogFiles, found: re.Match[str]) -> Stamp | None:
    try:
        reply = files.read(f"{FOLDER}/{found[0]}")
        note = files.note(f"{FOLDER}/{found[1]}.checkpoint")
    except LedgerTampered:
        return None
    same = hashlib.sha256(reply).hexdigest()[:16] == found[3]
    return Stamp(found[2], note, reply) if same and note is not None else None


def check(
    files: LogFiles, keys: Sequence[LogKey], known: Sequence[Authority]
) -> Iterator[tuple[StampView, Stamped | None]]:
    """Yield every kept token as it is seen with these keys and authorities."""
    trusted = {one.name: one.trusted for one in known}
    for name, stamp in stamps(files):
        if stamp is None:
            yield StampView(name, 0, None, None, "the file is not the one that was kept"), None
            continue
        yield _seen(stamp, keys, trusted)


def _seen(
    stamp: Stamp, keys: Sequence[LogKey], trusted: dict[str, bytes]
) -> tuple[StampView, Stamped | None]:
    try:
        size = unverified_checkpoint(stamp.note).size
        if stamp.authority not in trusted:
            return StampView(stamp.authority, size, None, None), None
        proven = check_stamp(stamp, keys, trusted[stamp.authority])
    except LedgerTampered:
        problem = "its checkpoint is not signed by the log"
        return StampView(stamp.authority, 0, None, None, problem), None
    except KeysError as error:
        return StampView(stamp.authority, size, None, None, str(error)), None
    token = proven.token
    return StampView(stamp.authority, size, token.time, token.until), proven


def verify_stamps(
    files: LogFiles, keys: Sequence[LogKey], known: Sequence[Authority], verdict: Verdict
) -> None:
    """Check every kept token; that its checkpoint is of this ledger is step 17 of verification."""
    for view, _ in check(files, keys, known):
        if view.problem is not None:
            # step 21: a token is unchanged and its authority vouches for the checkpoint
            words = f"the token of `{view.authority}` proves nothing: {view.problem}"
            verdict.fail("stamp", view.size or None, words)
