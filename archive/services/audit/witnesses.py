"""Asking witnesses to cosign, over the wire or by hand, and who has not."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from time import monotonic
from typing import Any

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger import (
    MOST_BYTES,
    LogKey,
    Policy,
    PolicyWitness,
    Request,
    TileTree,
    leading,
    open_checkpoint,
    signed_at,
    unverified_checkpoint,
)
from archive.services.log_files import CHECKPOINT, COSIGNED, LogFiles, Rows

Post = Callable[[str, bytes | None], tuple[int, bytes]]
"""Sends a body to a URL, or gets it without one; returns status and answer, or raises `OSError`."""

_PATIENCE = 10.0  # seconds for one answer
_AGAIN = 409  # tlog-witness: the answer holds the size that the witness has


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking at one address: `cosigned`, `unreachable`, `refused`, `ahead`, `invalid`.

    `ahead` means that the witness has seen a larger ledger than this one.
    """

    url: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a witness has cosigned: size and time, and how many newer entries it has not seen."""

    witness: str
    size: int | None
    time: datetime | None
    behind: int


def post(url: str, body: bytes | None, patience: float = _PATIENCE) -> tuple[int, bytes]:
    """Send a body, or get; return status and at most 65,536 bytes.

    Raises:
        OSError: no whole answer in `patience` seconds, or the address is not of HTTP.
    """
    if not url.startswith(("http://", "https://")):
        raise OSError("not an address of HTTP")
    request = urllib.request.Request(url, data=body)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:  # noqa: S310
            return answer.status, _read(answer, patience)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _read(error, patience)
    except (ValueError, HTTPException):
        raise OSError("not an address, or not HTTP that answers there") from None


def _read(answer: Any, patience: float) -> bytes:
    """Return at most 65,536 bytes; who sends them drop by drop is given up like who sends none."""
    data, end = b"", monotonic() + patience
    while len(data) < MOST_BYTES and (part := answer.read1(MOST_BYTES - len(data))):
        data += part
        if monotonic() > end:
            raise OSError("too slow")
    return data


def ask(
    files: LogFiles, keys: Sequence[LogKey], policy: Policy, *, send: Post = post
) -> tuple[Answer, ...]:
    """Ask every witness of the policy that has an address to cosign the published checkpoint.

    What they signed is kept; when a quorum is reached the cosigned checkpoint moves on. A witness
    that has seen a larger ledger is believed when it can show the log's signature: from then on the
    archive refuses to write (`LedgerBehind`).

    Raises:
        LedgerTampered: the tiles are not those of the published checkpoint.
        DiskFull, WriteFailed: a cosignature could not be kept.
    """
    note = _published(files)
    urls = dict.fromkeys(one.url for one in policy.witnesses if one.url)
    answers = []
    for url in urls:
        group = [one for one in policy.witnesses if one.url == url]
        try:
            answers.append(_ask_one(files, keys, note, url, group, send))
        except OSError:
            answers.append(Answer(url, "unreachable"))
        except (LedgerTampered, UnicodeDecodeError, ValueError):
            answers.append(Answer(url, "invalid", "the answer is not of the protocol"))
    settle(files, keys, policy)
    return tuple(answers)


def _published(files: LogFiles) -> str:
    note = files.note(CHECKPOINT)
    if note is None:
        raise LedgerTampered("Nothing of the ledger is published yet.")
    return note


def request(files: LogFiles, old: int) -> Request:
    """Return what to ask a witness that has seen the first `old` entries.

    Raises:
        InvalidValue: the ledger is not that long.
        LedgerTampered: a tile is missing or cut.
    """
    note = _published(files)
    head = unverified_checkpoint(note)
    if old > head.size:
        raise InvalidValue("The published ledger is not that long.")
    proof = TileTree(files.read, head.size).consistency(old)
    return Request(old, tuple(proof), note)


def _ask_one(
    files: LogFiles,
    keys: Sequence[LogKey],
    note: str,
    url: str,
    group: Sequence[PolicyWitness],
    send: Post,
) -> Answer:
    head = unverified_checkpoint(note)
    old = max((size for one in group if (size := _size(files, one)) <= head.size), default=0)
    address = f"{url.rstrip('/')}/add-checkpoint"
    status, answer = send(address, request(files, old).encode().encode())
    if status == _AGAIN:
        old = int(answer)
        if old > head.size:
            return _ahead(files, keys, url, send)
        status, answer = send(address, request(files, old).encode().encode())
    if status != 200:
        return Answer(url, "refused", f"status {status}")
    whole = note + answer.decode()
    if not any(keep(files, keys, one, whole) for one in group):
        return Answer(url, "invalid", "no valid cosignature came back")
    return Answer(url, "cosigned", str(head.size))


def _ahead(files: LogFiles, keys: Sequence[LogKey], url: str, send: Post) -> Answer:
    origin = hashlib.sha256(keys[0].name.encode()).hexdigest()
    status, answer = send(f"{url.rstrip('/')}/{origin}/checkpoint", None)
    if status == 200:
        note = answer.decode()
        open_checkpoint(note, leading(keys))
        files.keep(COSIGNED, note)
    return Answer(url, "ahead", "the witness has seen a larger ledger")


def keep(files: LogFiles, keys: Sequence[LogKey], witness: PolicyWitness, note: str) -> bool:
    """Keep a checkpoint that a witness cosigned; return whether it did.

    Raises:
        LedgerTampered: the log did not sign it, or the witness's line does not verify.
        DiskFull, WriteFailed: it could not be kept.
    """
    open_checkpoint(note, keys)
    if signed_at(note, witness.key) is None:
        return False
    kept = _only(note, [*keys, witness.key])
    files.keep(_name(witness), kept)
    size = unverified_checkpoint(note).size
    files.file_away(f"{size}-{_name(witness).removeprefix('witness-')}", kept)
    return True


def _name(witness: PolicyWitness) -> str:
    return f"witness-{hashlib.sha256(witness.key.encode().encode()).hexdigest()[:16]}"


def _only(note: str, keys: Sequence[LogKey]) -> str:
    """Return a note with the lines of these keys alone."""
    text, _, tail = note.rpartition("\n\n")
    names = {key.name for key in keys}
    lines = [line for line in tail.splitlines() if line.split(" ")[1] in names]
    return text + "\n\n" + "".join(f"{line}\n" for line in dict.fromkeys(lines))


def _size(files: LogFiles, witness: PolicyWitness) -> int:
    note = files.note(_name(witness))
    return 0 if note is None else unverified_checkpoint(note).size


def take(
    files: LogFiles, rows: Rows, keys: Sequence[LogKey], policy: Policy, note: str
) -> tuple[str, ...]:
    """Take in a cosigned checkpoint that was carried here; return the names of its witnesses.

    The log's own signatures may be missing from it, all but the first.

    Raises:
        LedgerTampered: the log did not sign it, a cosignature does not verify, or it is not a
            checkpoint of this ledger.
        InvalidValue: no witness of the policy signed it.
    """
    head = open_checkpoint(note, leading(keys))
    own = rows.checkpoint_at(head.size) or ""
    if own.rpartition("\n\n")[0] != note.rpartition("\n\n")[0]:
        raise LedgerTampered("The cosigned checkpoint is not one of this ledger.")
    whole = own + note.rpartition("\n\n")[2]
    whole = _only(whole, [*keys, *(one.key for one in policy.witnesses)])
    found = tuple(one.name for one in policy.witnesses if keep(files, keys, one, whole))
    if not found:
        raise InvalidValue("No witness of the policy signed that checkpoint.")
    settle(files, keys, policy)
    return found


def settle(files: LogFiles, keys: Sequence[LogKey], policy: Policy) -> int | None:
    """Move the cosigned checkpoint to the largest one with a quorum; return its size, if any."""
    best: tuple[int, str] | None = None
    for text, lines, names in _gathered(files, keys, policy):
        size = unverified_checkpoint(f"{text}\n\n").size
        if policy.satisfied(names) and (best is None or size > best[0]):
            best = (size, f"{text}\n\n{''.join(lines)}")
    if best is None or policy.quorum == "none":
        return None
    files.keep(COSIGNED, best[1])
    return best[0]


def _gathered(
    files: LogFiles, keys: Sequence[LogKey], policy: Policy
) -> Iterator[tuple[str, list[str], set[str]]]:
    """Yield text, signature lines and names of witnesses of every checkpoint that is kept."""
    found: dict[str, tuple[dict[str, None], set[str]]] = {}
    for witness in policy.witnesses:
        note = files.note(_name(witness))
        if note is None:
            continue
        open_checkpoint(note, keys)
        if signed_at(note, witness.key) is None:
            continue
        text, _, tail = note.rpartition("\n\n")
        lines, names = found.setdefault(text, ({}, set()))
        lines |= dict.fromkeys(f"{line}\n" for line in tail.splitlines())
        names.add(witness.name)
    for text, (lines, names) in found.items():
        yield text, list(lines), names


def standing(files: LogFiles, policy: Policy, size: int) -> tuple[Standing, ...]:
    """Return how far each witness of the policy has come with a ledger of `size` entries."""
    found = []
    for witness in policy.witnesses:
        note = files.note(_name(witness))
        time = None if note is None else signed_at(note, witness.key)
        if note is None or time is None:
            found.append(Standing(witness.name, None, None, size))
            continue
        seen = unverified_checkpoint(note).size
        found.append(Standing(witness.name, seen, time, max(size - seen, 0)))
    return tuple(found)
