"""Sessions that go on in another process: what is known of them, and how their keys are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.errors import SessionEnded
from archive.model.access import Role
from archive.model.ids import MemberId
from archive.services.members import unlocking
from archive.services.parts import Archive
from archive.services.session import Session


@dataclass(frozen=True, slots=True)
class Asleep:
    """A web session without its keys, as one process hands it to the next.

    `digest` is the cookie's, `holder` the name of the keyholder that the cookie is a half for;
    `role` and `slot_digest` are what they were at sign-in. `remembered` is what the pages remember
    for it, by the names of its fields.
    """

    digest: str
    member: MemberId
    name: str
    role: Role
    slot_digest: str
    holder: str
    created: datetime
    seen: datetime
    remembered: dict[str, Any] = field(repr=False)

    @property
    def waiting(self) -> bool:
        """Whether it waits for a second factor."""
        return bool(self.remembered["waiting"])


class Holders:
    """The keyholders of an archive, as the pages see them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def resume(self, one: Asleep, half: bytes) -> Session:
        """Return the session again, with the keys that its cookie is `half` of.

        Raises:
            KeysLocked: the keyholder is gone, the half is not its, or the member left.
            SessionEnded: the member has another role or passphrase now.
            BindingMismatch: see `open_session`.
        """
        session = unlocking.go_on(self._archive, one.member, one.name, one.holder, half)
        if session.member.role is not one.role or session.slot_digest != one.slot_digest:
            session.lock()
            raise SessionEnded
        return session

    def end(self, holder: str) -> None:
        """End a keyholder; one that is over already is fine."""
        unlocking.end(self._archive, holder)

    def live(self) -> frozenset[str]:
        """Return the names of the keyholders that live."""
        return frozenset(unlocking.live(self._archive))
