"""What the web door may be told: names it answers to, how long sessions last, how much it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from archive import policy
from archive.model.access import Action, Member, Role

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Host names that mean this machine (RFC 6761 section 6.3, RFC 9110 section 7.2)."""


COOKIE = "__Host-strongroom"
"""The prefix makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2).

Chromium counts loopback as a secure connection and keeps it over plain HTTP there."""


LOOK_COOKIE = "__Host-strongroom-look"
"""Language, colours and keys: three short words, and nothing else."""

API = "/api"
"""The path below which programs ask, with tokens; browsers have nothing to do there."""

DOOR = "web"
"""What entries of the ledger call this door."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of the web door.

    `hosts` are the host names, without port, that requests may be addressed to. `idle` and
    `absolute` end a session (ASVS 5.0, 7.3.1 and 7.3.2). `turn` is how long a request waits for the
    one before it in the same session. `max_upload` is the most bytes that one
    request may carry: an upload is held in memory, never on disk, so larger files enter by
    `strongroom ingest`. `max_form` is the most bytes from who may not hand in files, `max_small`
    from somebody not signed in.
    With `keyholders`, private keys are in processes of the key agent and never in this one; the
    cookie is one half of what opens them. Members of the roles in `second_factor` must set one up;
    who has one is always asked for it.
    """

    hosts: frozenset[str] = LOOPBACK
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=8)
    turn: timedelta = timedelta(seconds=20)
    max_upload: int = 64 << 20
    max_form: int = 2 << 20
    max_small: int = 16 << 10
    second_factor: frozenset[Role] = frozenset()
    keyholders: bool = False

    def most(self, member: Member) -> int:
        """Return the most bytes that one request of a member may carry."""
        allowed = policy.decide(member, Action.INGEST).allowed
        return self.max_upload if allowed else min(self.max_form, self.max_upload)
