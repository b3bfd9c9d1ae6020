"""A witness: a small program of its own that cosigns how a log grew, and nothing else.

Its folder holds its key, the logs it knows, what it last cosigned of each, and every request that
the log signed and that it had to refuse.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from archive.errors import ArchiveDamaged, ArchiveExists, InvalidValue, LedgerTampered, NoArchive
from archive.ledger import (
    COSIGNATURE,
    MLDSA44,
    MOST_BYTES,
    LogKey,
    Refusal,
    Request,
    judge,
    open_checkpoint,
    signature_lines,
    unverified_checkpoint,
)
from archive.model.ids import RandomBytes
from archive.model.provenance import Checkpoint
from archive.services.audit import log_keys, parse_pin
from archive.services.parts import Clock
from archive.storage.durable import FOLDER_MODE, storage_errors, write_atomically
from archive.storage.locks import lock
from keys.primitives import hkdf
from keys.signing import Ed25519Signer, MlDsa44Signer

_FORMAT = "strongroom-witness"
_KEY = "witness.json"
_MOST_EVIDENCE = 1000  # files; a log that misbehaves on and on proves nothing new
_PATIENCE = 10.0  # seconds to wait for another process of this witness


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer: status, media type, body."""

    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


class WitnessFolder:
    """A witness on its folder (docs/formats/ledger.md, Witness)."""

    def __init__(self, path: Path, name: str, seed: bytes) -> None:
        self.path = path
        self.name = name
        ed25519 = Ed25519Signer(hkdf(seed, salt=b"", info=b"strongroom/witness/ed25519/v1"))
        mldsa = MlDsa44Signer(hkdf(seed, salt=b"", info=b"strongroom/witness/ml-dsa-44/v1"))
        self._signers = (
            (LogKey(name, COSIGNATURE, ed25519.public), ed25519),
            (LogKey(name, MLDSA44, mldsa.public), mldsa),
        )
        self._guard = Lock()

    @classmethod
    def create(cls, path: Path, name: str, *, random: RandomBytes) -> WitnessFolder:
        """Make a witness of that name in a new or empty folder.

        Raises:
            ArchiveExists: there is something in the folder.
            InvalidValue: the name is empty, longer than 255 bytes, or holds spaces or `+`.
            DiskFull, WriteFailed: it could not be written.
        """
        seed = random(32)
        witness = cls(path, name, seed)
        try:
            for vkey in witness.vkeys:
                LogKey.parse(vkey)
        except LedgerTampered:
            raise InvalidValue("The name of a witness has no spaces and no `+`.") from None
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ArchiveExists
        with storage_errors():
            for folder in (path, path / "logs", path / "refused"):
                folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        body = {"format": _FORMAT, "version": 1, "name": name, "seed": seed.hex()}
        write_atomically(path / _KEY, json.dumps(body).encode())
        return witness

    @classmethod
    def open(cls, path: Path) -> WitnessFolder:
        """Open a witness.

        Raises:
            NoArchive: there is none in the folder.
            ArchiveDamaged: its key file is not what was written.
        """
        try:
            body = json.loads((path / _KEY).read_bytes())
            if (body["format"], body["version"]) != (_FORMAT, 1):
                raise ArchiveDamaged
            seed = bytes.fromhex(body["seed"])
            if len(seed) != 32 or not isinstance(body["name"], str):
                raise ArchiveDamaged
            return cls(path, body["name"], seed)
        except OSError:
            raise NoArchive("There is no witness in that folder.") from None
        except (ValueError, KeyError, TypeError):
            raise ArchiveDamaged from None

    @property
    def vkeys(self) -> tuple[str, str]:
        """The verification keys, Ed25519 (0x04) first, then ML-DSA-44 (0x06)."""
        return self._signers[0][0].encode(), self._signers[1][0].encode()

    def trust(self, pin: str) -> str:
        """Watch the log of a pin from the pinned checkpoint on; return its origin.

        A log that is known with other keys gets those of a pin whose checkpoint the known keys
        signed too (`audit pin --handover`).

        Raises:
            InvalidValue: that is not a pin, or the log is known with other keys.
            LedgerTampered: the pin does not verify.
            DiskFull, WriteFailed: it could not be kept.
        """
        vkeys, head = parse_pin(pin)
        place = self._place(head.origin)
        body = json.dumps({"origin": head.origin, "vkeys": list(vkeys)}).encode()
        known = place.with_suffix(".json")
        note = pin.partition("\n\n")[2]
        if known.exists() and known.read_bytes() != body:
            _require_handover(self.logs()[head.origin], note)
        write_atomically(known, body)
        if not place.with_suffix(".checkpoint").exists():
            write_atomically(place.with_suffix(".checkpoint"), note.encode())
        return head.origin

    def _place(self, origin: str) -> Path:
        return self.path / "logs" / hashlib.sha256(origin.encode()).hexdigest()

    def logs(self) -> dict[str, tuple[LogKey, ...]]:
        """Return the keys of every log that is watched, by origin.

        Raises:
            ArchiveDamaged: a file is not what was written.
        """
        found = {}
        for path in sorted((self.path / "logs").glob("*.json")):
            try:
                body = json.loads(path.read_bytes())
                found[str(body["origin"])] = log_keys(body["vkeys"])
            except (OSError, ValueError, KeyError, TypeError, LedgerTampered):
                raise ArchiveDamaged from None
        return found

    def checkpoint(self, origin_hash: str) -> Reply:
        """Return the newest checkpoint that was cosigned of a log (tlog-witness, monitoring)."""
        if origin_hash not in {self._place(origin).name for origin in self.logs()}:
            return Reply(404, b"the log is not known here\n")
        path = self.path / "logs" / f"{origin_hash}.checkpoint"
        return Reply(200, path.read_bytes()) if path.exists() else Reply(404, b"nothing yet\n")

    def add_checkpoint(self, body: bytes, clock: Clock) -> Reply:
        """Answer an `add-checkpoint` request; what is cosigned is durable before the answer.

        Raises:
            ArchiveDamaged: the witness's own files are not what was written.
            DiskFull, WriteFailed: nothing was cosigned.
        """
        if len(body) >= MOST_BYTES:
            return Reply(413, b"the request is too long\n")
        try:
            request = Request.parse(body)
        except LedgerTampered:
            return Reply(400, b"the request is malformed\n")
        with self._guard, lock(self.path / "witness.lock", _PATIENCE):
            return self._decide(request, body, clock)

    def _decide(self, request: Request, body: bytes, clock: Clock) -> Reply:
        logs = self.logs()
        seen = {}
        for origin in logs:
            path = self._place(origin).with_suffix(".checkpoint")
            if path.exists():
                seen[origin] = self._kept(path)
        head = judge(request, logs, seen)
        if isinstance(head, Refusal):
            if head.evidence:
                self._keep_evidence(body, clock)
            if head.status == 409:
                return Reply(409, f"{head.reason}\n".encode(), "text/x.tlog.size")
            return Reply(head.status, f"{head.reason}\n".encode())
        text = request.note.rpartition("\n\n")[0] + "\n"
        lines = signature_lines(text, self._signers, now=clock())
        names = request.note.rpartition("\n\n")[2].splitlines(keepends=True)
        own = [line for line in names if line.split(" ")[1] == head.origin]
        whole = f"{text}\n{''.join(own)}{lines}"
        write_atomically(self._place(head.origin).with_suffix(".checkpoint"), whole.encode())
        return Reply(200, lines.encode())

    def _kept(self, path: Path) -> Checkpoint:
        try:
            return unverified_checkpoint(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, LedgerTampered):
            raise ArchiveDamaged from None

    def _keep_evidence(self, body: bytes, clock: Clock) -> None:
        folder = self.path / "refused"
        name = f"{clock():%Y%m%dT%H%M%SZ}-{hashlib.sha256(body).hexdigest()[:16]}"
        if len(self.evidence()) < _MOST_EVIDENCE:
            write_atomically(folder / name, body)

    def evidence(self) -> tuple[Path, ...]:
        """Return the files of the requests that the log signed and that were refused."""
        return tuple(sorted((self.path / "refused").iterdir()))

    def answer(self, body: bytes, clock: Clock) -> str:
        """Return the cosigned checkpoint for a request that was carried here by hand.

        Raises:
            InvalidValue: it is refused; the reason is in the message.
        """
        reply = self.add_checkpoint(body, clock)
        if reply.status != 200:
            reason = reply.body.decode().strip()
            raise InvalidValue(
                f"The witness refuses ({reply.status}): {reason}",
                hint="409 names the size to ask from; anything else: look at what was refused.",
            )
        return Request.parse(body).note + reply.body.decode()


def _require_handover(known: tuple[LogKey, ...], note: str) -> None:
    try:
        open_checkpoint(note, known)
    except LedgerTampered:
        raise InvalidValue(
            "That log is known here with other keys.",
            hint="Its custodian makes a pin that both pairs of keys signed: audit pin --handover.",
        ) from None
