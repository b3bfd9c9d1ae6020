"""Using keys that a keyholder has: each call is one short conversation through the agent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keys.agent.keyholder import LOG, MEMBER
from keys.agent.wire import connect, receive, send, send_raw
from keys.errors import AgentRefused, AgentSealed, AgentUnreachable, WrongSecret
from keys.identity import Recipient, parse_recipient
from keys.member import MemberPublic
from keys.signing import Signer
from keys.stanza import Stanza

_ERRORS = {
    "sealed": AgentSealed,
    "wrong-secret": WrongSecret,
    "refused": AgentRefused,
    "busy": AgentRefused,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a caller needs to use a keyholder: which one, and the caller's half of its key."""

    session: str
    half: bytes = field(repr=False)


def _ask(path: Path, *messages: dict[str, Any]) -> dict[str, Any]:
    try:
        with connect(path) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was said
                send(connection, *messages)
            return _good(receive(connection))
    except OSError:
        raise AgentUnreachable("the key agent went away") from None


def _good(answer: dict[str, Any]) -> dict[str, Any]:
    if not answer.get("ok"):
        kind = _ERRORS.get(str(answer.get("error")), AgentRefused)
        raise kind("the keyholder did not do it")
    return answer


def login(path: Path, slot: str, passphrase: bytearray, *, member: str, door: str = "") -> Ticket:
    """Let the agent fork a keyholder that opens a key slot; `passphrase` is wiped.

    `door` says where the member came in.

    Raises:
        WrongSecret: the passphrase does not open the slot.
        AgentUnreachable: no agent answers.
    """
    try:
        with connect(path) as connection:
            send(connection, {"op": "login", "member": member, "door": door})
            session = str(_good(receive(connection))["session"])
            send(connection, {"slot": slot})
            send_raw(connection, passphrase)
            answer = _good(receive(connection))
    except OSError:
        raise AgentUnreachable("the key agent went away") from None
    finally:
        passphrase[:] = bytes(len(passphrase))
    return Ticket(session, bytes.fromhex(answer["half"]))


def end(path: Path, *, session: str = "", member: str = "", door: str = "") -> int:
    """End one session, or all of a member, or of a door; return how many there were."""
    asked = {"op": "end", "session": session or "-", "member": member or "-", "door": door or "-"}
    return int(_ask(path, asked)["ended"])


def seal(path: Path) -> int:
    """End every session and the agent; return how many sessions there were."""
    return int(_ask(path, {"op": "seal"})["ended"])


def sessions(path: Path) -> list[dict[str, Any]]:
    """Return the live sessions: `session`, `member`, `age` and `idle` in seconds, `uses`."""
    return list(_ask(path, {"op": "list"})["sessions"])


class Keyholder:
    """The keyholder of one ticket."""

    def __init__(self, path: Path, ticket: Ticket) -> None:
        self._path = path
        self._session = ticket.session
        self._half = ticket.half

    def lend(self, half: bytes) -> None:
        """Use the caller's half for the requests that follow; empty to forget it."""
        self._half = half

    def renew(self) -> bytes:
        """Let the keyholder take another caller's half, and return it."""
        self._half = bytes.fromhex(self.ask("renew")["half"])
        return self._half

    def tally(self) -> dict[str, int]:
        """Return how often each request was answered, and how many were refused."""
        return {str(op): int(count) for op, count in self.ask("tally")["tally"].items()}

    def ask(self, op: str, **more: Any) -> dict[str, Any]:
        """Return the answer to one request.

        Raises:
            AgentUnreachable, AgentSealed, AgentRefused: there is none.
        """
        asked = {"op": op, "half": self._half.hex(), **more}
        return _ask(self._path, {"op": "use", "session": self._session}, asked)

    def end(self) -> None:
        """End the session; one that is over already is fine."""
        try:
            end(self._path, session=self._session)
        except AgentUnreachable:
            return

    def adopt(self, name: str, sealed: bytes) -> None:
        """Let the keyholder open a grant and keep the seed in it under `name`."""
        self.ask("adopt", name=name, sealed=sealed.hex())

    def reveal(self, sealed: bytes) -> bytes:
        """Return the payload of a grant that holds public keys."""
        return bytes.fromhex(self.ask("reveal", sealed=sealed.hex())["payload"])


class RemoteSigner:
    """A signing key in a keyholder."""

    def __init__(self, holder: Keyholder, kind: str, public: bytes) -> None:
        self._holder = holder
        self._kind = kind
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature of `message`."""
        answer = self._holder.ask("sign", message=message.hex(), **{"with": self._kind})
        return bytes.fromhex(answer["signature"])

    def sign_each(self, asked: Sequence[tuple[Signer, bytes]]) -> list[bytes] | None:
        """Return the signature of each message in one conversation; see `keys.signing.Joint`."""
        told = []
        for signer, message in asked:
            if not isinstance(signer, RemoteSigner) or signer._holder is not self._holder:
                return None
            told.append((signer._kind, message.hex()))
        return [
            bytes.fromhex(one) for one in self._holder.ask("sign-each", each=told)["signatures"]
        ]


class RemoteMember:
    """A member's keys in a keyholder; see `keys.member.MemberKeys`."""

    def __init__(self, holder: Keyholder) -> None:
        self._holder = holder
        self.public = MemberPublic.from_json(holder.ask("public")["public"])
        self.signer = RemoteSigner(holder, "ed25519", self.public.ed25519)
        self.pq_signer = RemoteSigner(holder, "mldsa65", self.public.mldsa65)

    def derive(self, info: str) -> bytes:
        """Return a key derived of the seed, for the purposes that the keyholder allows."""
        return bytes.fromhex(self._holder.ask("derive", name=MEMBER, info=info)["key"])


class RemoteIdentity:
    """A compartment's identity in a keyholder; see `keys.identity.CompartmentKey`."""

    def __init__(self, holder: Keyholder, name: str, sealed: bytes) -> None:
        """Raises: AgentRefused: `sealed` is no grant of a seed to this member."""
        self._holder = holder
        self._name = name
        answer = holder.ask("adopt", name=name, sealed=sealed.hex())
        self._recipient = parse_recipient(answer["recipient"])

    def recipient(self) -> Recipient:
        """The public half."""
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or `None` when no stanza is for this identity."""
        told = [([one.hex() for one in stanza.args], stanza.body.hex()) for stanza in stanzas]
        key = self._holder.ask("unwrap", name=self._name, stanzas=told)["key"]
        return None if key is None else bytes.fromhex(key)

    def derive(self, info: str) -> bytes:
        """Return a key derived of the seed."""
        return bytes.fromhex(self._holder.ask("derive", name=self._name, info=info)["key"])

    def encode(self) -> str:
        """Raises: AgentRefused: a keyholder gives no secret key away."""
        raise AgentRefused("a keyholder gives no secret key away")


def log_signers(holder: Keyholder, sealed: bytes) -> tuple[RemoteSigner, RemoteSigner]:
    """Return the log's Ed25519 and ML-DSA-44 signers, once the keyholder has the log's seed."""
    holder.adopt(LOG, sealed)
    public = holder.ask("log-public")
    return (
        RemoteSigner(holder, "log-ed25519", bytes.fromhex(public["ed25519"])),
        RemoteSigner(holder, "log-mldsa44", bytes.fromhex(public["mldsa44"])),
    )
