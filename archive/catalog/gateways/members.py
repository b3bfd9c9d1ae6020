"""Members and their key slots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, select, update

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import KeySlotRow, MemberRow
from archive.catalog.tables import grants, members, slots
from archive.errors import RecordNotFound
from archive.model.ids import MemberId


class MemberNow(NamedTuple):
    """What a member may do now: role and state, the body of a key slot, the epoch of a purpose.

    `slot` is `None` where there is none, `epoch` 0.
    """

    role: str
    state: str
    slot: str | None
    epoch: int


_MEMBER: BindParameter[str] = bindparam("member")
_SLOT = select(slots.c.body).where(slots.c.member == _MEMBER, slots.c.slot == bindparam("slot"))
_EPOCH = select(func.coalesce(func.max(grants.c.epoch), 0)).where(
    grants.c.member == _MEMBER, grants.c.purpose == bindparam("purpose")
)
_STANDING = select(
    members.c.role, members.c.state, _SLOT.scalar_subquery(), _EPOCH.scalar_subquery()
).where(members.c.id == _MEMBER)


class Members(Gateway):
    """Who is a member, by opaque id or by the tag of the name."""

    def add(self, row: MemberRow) -> None:
        """Add a member.

        Raises:
            NameTaken: a member has that name tag.
        """
        self._insert(members, [row])

    def get(self, member: MemberId) -> MemberRow | None:
        """Return a member, or `None`."""
        return self._get(MemberRow, members, id=member)

    def standing(self, member: MemberId, slot: int, purpose: str) -> MemberNow | None:
        """Return what a member may do now, with a key slot and the newest epoch of a purpose."""
        values = {"member": member, "slot": slot, "purpose": purpose}
        return self._one(MemberNow, _STANDING, values)

    def by_tag(self, name_tag: str) -> MemberRow | None:
        """Return the member with that name tag, or `None`."""
        return self._get(MemberRow, members, name_tag=name_tag)

    def all(self) -> Iterator[MemberRow]:
        """Yield every member, oldest first."""
        return self._stream(MemberRow, select(members).order_by(members.c.created, members.c.id))

    def retire(self, member: MemberId, name_tag: str) -> None:
        """Disable a member and free the name for another.

        Raises:
            RecordNotFound: no such member.
        """
        self._set(member, {"state": "disabled", "name_tag": name_tag})

    def set_role(self, member: MemberId, role: str, public_json: str) -> None:
        """Set the role together with the certificate that states it.

        Raises:
            RecordNotFound: no such member.
        """
        self._set(member, {"role": role, "public_json": public_json})

    def _set(self, member: MemberId, values: dict[str, str]) -> None:
        change = update(members).where(members.c.id == member).values(values)
        if not self._connection.execute(change).rowcount:
            raise RecordNotFound


class Slots(Gateway):
    """Key slots of members."""

    def add(self, row: KeySlotRow) -> None:
        """Add a slot under a number that the member does not use yet."""
        self._insert(slots, [row])

    def replace(self, row: KeySlotRow) -> None:
        """Put the slot in place of the one with the same member and number."""
        self._put(slots, row)

    def remove(self, member: MemberId, slot: int) -> None:
        """Remove a slot; one that is not there is fine."""
        same = (slots.c.member == member, slots.c.slot == slot)
        self._connection.execute(delete(slots).where(*same))

    def get(self, member: MemberId, slot: int) -> KeySlotRow | None:
        """Return the slot of that number, or `None`."""
        return self._get(KeySlotRow, slots, member=member, slot=slot)

    def remove_all(self, member: MemberId) -> None:
        """Remove every slot of a member."""
        self._connection.execute(delete(slots).where(slots.c.member == member))

    def for_member(self, member: MemberId) -> Iterator[KeySlotRow]:
        """Yield the slots of a member by number."""
        chosen = select(slots).where(slots.c.member == member).order_by(slots.c.slot)
        return self._stream(KeySlotRow, chosen)
