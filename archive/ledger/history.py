"""What the entries of a ledger say, read in order: objects, times, members, signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.errors import LedgerTampered
from archive.ledger.entry import parse_entry, verify_entry
from archive.ledger.quick import moment
from archive.model.provenance import Entry, EventOutcome, EventType, LedgerRow
from keys.errors import KeysError
from keys.signing import Ed25519Verifier, key_id

Fail = Callable[[str, int | None, str], None]

TOLERANCE = timedelta(minutes=5)
"""How far an entry may be dated before one above it: clocks of several machines, and NTP steps."""

_CUSTODIAN = "custodian"
_TOGETHER = 1000  # signatures checked one after the other: a tenth cheaper than between entries
_STAFF = frozenset({_CUSTODIAN, "archivist"})
_BY_STAFF = frozenset(
    {
        EventType.PLAN_SUBMITTED,
        EventType.PLAN_APPROVED,
        EventType.RELEASE,
        EventType.DELETION,
        EventType.DESCRIBED,
        EventType.ARRANGED,
    }
)
_CHANGES = frozenset(
    {
        EventType.MEMBER_ADDED,
        EventType.MEMBER_DISABLED,
        EventType.MEMBER_ROLE_CHANGED,
        EventType.LOG_KEY_ROLLED,
    }
)


@dataclass(frozen=True, slots=True)
class _Registered:
    role: str
    verifier: Ed25519Verifier


def erases(entry: Entry) -> bool:
    """Return whether an entry says that everything sealed about its object was destroyed."""
    return (
        entry.type is EventType.DELETION
        and entry.outcome is EventOutcome.SUCCESS
        and entry.agent.role == _CUSTODIAN
        and "authority" in entry.links
    )


class History:
    """Reads entries one after the other and reports what does not fit those before."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._openings: dict[int, tuple[str, str]] = {}
        self._erased: set[str] = set()
        self._last: dict[str, tuple[int, str]] = {}
        self._arranged: dict[str, tuple[int, str]] = {}
        self._members: dict[str, _Registered] = {}
        self._retired: set[str] = set()
        self._signatures: list[tuple[int, Entry, Ed25519Verifier]] = []
        self._time = datetime.min.replace(tzinfo=UTC)

    def read(self, index: int, row: LedgerRow, leaf: bytes, after: tuple[int, str]) -> None:
        """Check the entry at `index`; `after` is size and root (hex) of the checkpoint below it.

        Signatures are checked many at a time: call `settle` after the last entry.
        """
        # step 7: the entry is canonical and complete (RFC 8785)
        try:
            entry = parse_entry(row.body)
        except LedgerTampered:
            self._fail("malformed", index, "the entry is not canonical or not complete")
            return
        # step 8: the columns beside the entry say what the entry says
        if (row.object, row.seq) != (entry.object, entry.seq):
            self._fail("columns", index, "the columns beside the entry differ from it")
        # step 9: the object's history has no gap
        before = self._last.get(entry.object)
        expected = (0, None) if before is None else (before[0] + 1, before[1])
        if (entry.seq, entry.prev) != expected:
            self._fail("history", index, "the history of its object has a gap")
        self._last[entry.object] = (entry.seq, leaf.hex())
        if entry.type is EventType.ARRANGED and "number" in entry.links:
            self._arrange(index, entry, leaf)
        # step 10: the agent had seen the newest checkpoint, and it is one of this very tree
        if (entry.after_size, entry.after_root) != after:
            self._fail("after", index, "the entry does not quote the checkpoint below it")
        self._dated(index, entry)
        self.acted(index, entry)
        if "opening" in entry.links:
            self._openings[index] = (entry.links["opening"], entry.object)
        if erases(entry):
            self._erased.add(entry.object)

    def acted(self, index: int, entry: Entry) -> None:
        """Check who made an entry, and take up what it says about members: steps 12 to 15.

        For entries that are read without those in between; all that change members must be read.
        Call `settle` after the last.
        """
        self._signed(index, entry)
        self._membership(index, entry)
        if len(self._signatures) >= _TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Check the signatures of what was read since the last time."""
        # step 14: the agent signed the entry (RFC 8032, libsodium's verdict)
        for index, entry, verifier in self._signatures:
            try:
                verify_entry(entry, verifier)
            except LedgerTampered:
                self._fail("signature", index, "the entry is not signed by its agent")
        self._signatures.clear()

    def close(self, stored: dict[int, str]) -> None:
        """Compare the digests (hex) of the sealed values that are stored, by index of entry."""
        # step 16: sealed values are there exactly for the entries that name them, unchanged; those
        # about an object that was erased are gone
        named = {
            at: one for at, (one, about) in self._openings.items() if about not in self._erased
        }
        for index in sorted({at for at, _ in stored.items() ^ named.items()}):
            self._fail("opening", index, "sealed values are missing, changed or added")

    def _arrange(self, index: int, entry: Entry, leaf: bytes) -> None:
        # step 9: acts on a finding aid are numbered without a gap and name the one before
        count, before = self._arranged.get(entry.object, (0, ""))
        if (entry.links["number"], entry.links.get("after", "")) != (str(count), before):
            self._fail("history", index, "an act on the finding aid does not follow the last")
        self._arranged[entry.object] = (count + 1, leaf.hex())

    def _dated(self, index: int, entry: Entry) -> None:
        # step 11: time does not run backwards by more than clocks do
        time = moment(entry.time)
        if time is self._time:
            return
        if time + TOLERANCE < self._time:
            self._fail("time", index, "the entry is dated well before one above it")
            self._time = time
        self._time = max(self._time, time)

    def _signed(self, index: int, entry: Entry) -> None:
        # step 12: the log begins with its creation, signed with the key that it registers
        if (index == 0) != (entry.type is EventType.ARCHIVE_CREATED):
            self._fail("genesis", index, "the log must begin with its creation, once")
        if index == 0:
            self._register(index, entry)
        # step 13: the agent is a member whom the log registered, in that role, not disabled
        known = self._members.get(entry.agent.key_id)
        if known is None or known.role != entry.agent.role:
            self._fail("agent", index, "the agent is not a member in that role")
            return
        self._signatures.append((index, entry, known.verifier))

    def _membership(self, index: int, entry: Entry) -> None:
        # step 15: only a custodian registers or disables a member, changes a role, rolls a key;
        # only staff lets a copy out, destroys, describes or arranges
        if entry.outcome is not EventOutcome.SUCCESS:
            return
        if entry.type in _BY_STAFF and entry.agent.role not in _STAFF:
            words = "only an archivist or a custodian may do that"
            self._fail("agent", index, words)
        if entry.type not in _CHANGES:
            return
        if entry.agent.role != _CUSTODIAN:
            self._fail("agent", index, "only a custodian may change members or the log's key")
        elif entry.type is EventType.LOG_KEY_ROLLED:
            return
        elif entry.type is EventType.MEMBER_ADDED:
            self._register(index, entry)
        elif entry.type is EventType.MEMBER_ROLE_CHANGED:
            self._change(index, entry)
        elif self._members.pop(entry.links.get("kid", ""), None) is None:
            self._fail("member-key", index, "the disabled key is not that of a member")
        else:
            self._retired.add(entry.links["kid"])

    def _change(self, index: int, entry: Entry) -> None:
        kid, role = entry.links.get("kid", ""), entry.links.get("role", "")
        known = self._members.get(kid)
        if known is None or not role:
            self._fail("member-key", index, "the key with a new role is not that of a member")
        else:
            self._members[kid] = _Registered(role, known.verifier)

    def _register(self, index: int, entry: Entry) -> None:
        try:
            public = bytes.fromhex(entry.links["ed25519"])
            kid, role = entry.links["kid"], entry.links["role"]
            registered = _Registered(role, Ed25519Verifier(public))
        except (KeyError, ValueError, KeysError):
            self._fail("member-key", index, "the key of the new member is not usable")
            return
        known = self._members.get(kid)
        if kid != key_id(public) or kid in self._retired or (known and known.role != role):
            self._fail("member-key", index, "the key id is not that of the key, or was in use")
        elif known is None:
            self._members[kid] = registered
