"""A member's unlocked keys: in this process, or in a keyholder that the key agent watches over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from archive.errors import KeysLocked, PassphraseNeeded
from archive.ledger import Log
from keys.age import open_small
from keys.agent.client import Keyholder, RemoteIdentity, RemoteMember, log_signers
from keys.errors import AgentRefused, AgentSealed, AgentUnreachable
from keys.identity import CompartmentKey, HybridIdentity
from keys.keyring import Grant
from keys.member import MemberKeys, MemberSecret
from keys.primitives import hkdf
from keys.signing import Ed25519Signer, MlDsa44Signer


class Unlocked(Protocol):
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

    def end(self) -> None:
        """Let whoever holds the keys forget them."""


class Here:
    """Keys in this process."""

    def __init__(self, secret: MemberSecret) -> None:
        self.keys = secret

    def reveal(self, grant: Grant) -> bytes:
        """See `Unlocked.reveal`."""
        return open_small(grant.sealed, [self.keys.identity])

    def identity(self, grant: Grant) -> CompartmentKey:
        """See `Unlocked.identity`."""
        return HybridIdentity(open_small(grant.sealed, [self.keys.identity]))

    def log(self, origin: str, grant: Grant) -> tuple[Log, bytes]:
        """See `Unlocked.log`."""
        seed = open_small(grant.sealed, [self.keys.identity])
        return make_log(origin, seed), seed

    def end(self) -> None:
        """Nothing else holds them."""


class Elsewhere:
    """Keys in a keyholder."""

    def __init__(self, holder: Keyholder) -> None:
        self._holder = holder
        self.keys: MemberKeys = RemoteMember(holder)

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

    def end(self) -> None:
        """End the keyholder."""
        self._holder.end()


def seed_of(key: MemberKeys | CompartmentKey) -> bytes:
    """Return the seed of keys in this process.

    Raises:
        PassphraseNeeded: they are in a keyholder, which gives no seed away.
    """
    if isinstance(key, MemberSecret | HybridIdentity):
        return key.seed
    raise PassphraseNeeded


def make_log(origin: str, seed: bytes) -> Log:
    """Return the ledger's writer for the log-signing seed (32 bytes) that members share."""
    ed25519 = Ed25519Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ed25519/v1"))
    mldsa = MlDsa44Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ml-dsa-44/v1"))
    return Log(origin, (ed25519, mldsa))


@contextmanager
def keyholder_errors() -> Iterator[None]:
    """Turn what a keyholder says into our own errors.

    Raises:
        KeysLocked: it is gone, or does not do what it is asked.
    """
    try:
        yield
    except (AgentUnreachable, AgentSealed, AgentRefused):
        raise KeysLocked from None
