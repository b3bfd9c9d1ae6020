"""A member's unlocked keys: in this process, or in a keyholder that the key agent watches over."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, cast

from archive.errors import KeysLocked, PassphraseNeeded
from archive.ledger import Log
from keys.age import open_small
from keys.agent.client import Keyholder, RemoteIdentity, RemoteMember, Ticket, log_signers
from keys.errors import AgentRefused, AgentSealed, AgentUnreachable
from keys.identity import (
    CompartmentKey,
    HybridIdentity,
    X25519Identity,
    key_payload,
    payload_key,
)
from keys.keyring import Grant
from keys.member import MemberKeys, MemberSecret
from keys.primitives import hkdf
from keys.signing import Ed25519Signer, MlDsa44Signer


class Lendable(Protocol):
    """Keys that a caller holds one half of, if they are not in this process."""

    @property
    def holder(self) -> str:
        """The name of the keyholder's session, empty when the keys are in this process."""

    def lend(self, half: bytes) -> None:
        """Use the caller's half for what follows; empty to forget it."""

    def renew(self) -> bytes | None:
        """Return another caller's half in place of the present one, if there are halves."""

    def end(self) -> None:
        """Let whoever holds the keys forget them."""

    def tally(self) -> dict[str, int]:
        """Return how often the keys were used for what, if somebody else holds and counts."""


class Unlocked(Lendable, Protocol):
    """What opens a member's grants. Every grant was verified before."""

    @property
    def keys(self) -> MemberKeys:
        """The member's own keys."""

    def reveal(self, grant: Grant) -> bytes:
        """Return the payload of a grant that holds public keys."""

    def identity(self, grant: Grant) -> CompartmentKey:
        """Return the compartment identity in a grant."""

    def log(self, origin: str, grant: Grant) -> tuple[Log, bytes]:
        """Return the ledger's writer, and its seed if that is in this process, else nothing."""


class Here:
    """Keys in this process."""

    holder = ""

    def __init__(self, secret: MemberSecret) -> None:
        self.keys = secret

    def reveal(self, grant: Grant) -> bytes:
        """See `Unlocked.reveal`."""
        return open_small(grant.sealed, [self.keys.identity])

    def identity(self, grant: Grant) -> CompartmentKey:
        """See `Unlocked.identity`."""
        return payload_key(open_small(grant.sealed, [self.keys.identity]))

    def log(self, origin: str, grant: Grant) -> tuple[Log, bytes]:
        """See `Unlocked.log`."""
        seed = open_small(grant.sealed, [self.keys.identity])
        return make_log(origin, seed), seed

    def lend(self, half: bytes) -> None:
        """There are no halves."""

    def renew(self) -> bytes | None:
        """There are no halves."""
        return None

    def end(self) -> None:
        """Nothing else holds them."""

    def tally(self) -> dict[str, int]:
        """Nobody counts."""
        return {}


class _Holder(Keyholder):
    """A keyholder whose errors are the archive's own."""

    def ask(self, op: str, **more: Any) -> dict[str, Any]:
        """Return the answer, or raise `KeysLocked`."""
        try:
            return super().ask(op, **more)
        except (AgentUnreachable, AgentSealed, AgentRefused):
            raise KeysLocked from None


class Elsewhere:
    """Keys in a keyholder."""

    def __init__(self, path: Path, ticket: Ticket) -> None:
        """Raises: KeysLocked: the keyholder is gone, or `ticket` is not for it."""
        self.holder = ticket.session
        self._holder = _Holder(path, ticket)
        self.keys: MemberKeys = RemoteMember(self._holder)

    def reveal(self, grant: Grant) -> bytes:
        """See `Unlocked.reveal`."""
        return self._holder.reveal(grant.sealed)

    def identity(self, grant: Grant) -> CompartmentKey:
        """See `Unlocked.identity`."""
        name = f"{grant.purpose}/{grant.epoch}"
        return RemoteIdentity(self._holder, name, grant.sealed)

    def log(self, origin: str, grant: Grant) -> tuple[Log, bytes]:
        """See `Unlocked.log`."""
        ed25519, mldsa = log_signers(self._holder, grant.sealed)
        signers = (cast(Ed25519Signer, ed25519), cast(MlDsa44Signer, mldsa))
        return Log(origin, signers), b""

    def lend(self, half: bytes) -> None:
        """See `Unlocked.lend`."""
        self._holder.lend(half)

    def renew(self) -> bytes | None:
        """See `Unlocked.renew`."""
        return self._holder.renew()

    def end(self) -> None:
        """End the keyholder."""
        self._holder.end()

    def tally(self) -> dict[str, int]:
        """See `Lendable.tally`."""
        return self._holder.tally()


def payload_of(key: CompartmentKey) -> bytes:
    """Return what a grant of a compartment's identity holds.

    Raises:
        PassphraseNeeded: it is in a keyholder, which gives no secret away.
    """
    if isinstance(key, HybridIdentity | X25519Identity):
        return key_payload(key)
    raise PassphraseNeeded


def seed_of(key: MemberKeys) -> bytes:
    """Return the seed of a member's keys in this process.

    Raises:
        PassphraseNeeded: they are in a keyholder, which gives no seed away.
    """
    if isinstance(key, MemberSecret):
        return key.seed
    raise PassphraseNeeded


def make_log(origin: str, seed: bytes) -> Log:
    """Return the ledger's writer for the log-signing seed (32 bytes) that members share."""
    ed25519 = Ed25519Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ed25519/v1"))
    mldsa = MlDsa44Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ml-dsa-44/v1"))
    return Log(origin, (ed25519, mldsa))
