"""Which logs and witnesses to believe, and how many of them: C2SP tlog-policy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger.note import COSIGNATURE, ED25519, MLDSA44, LogKey

_MOST = 1 << 16  # bytes of a policy file
_NONE = "none"
_WITNESS_KINDS = (COSIGNATURE, MLDSA44)
_LOG_KINDS = (ED25519, MLDSA44)
_CONTROLS = frozenset(map(chr, range(32))) - {"\t", "\n"} | {"\x7f"}


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness of a policy: its name there, its key, and where it is asked, if that is known."""

    name: str
    key: LogKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    least: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """Logs, witnesses, groups of witnesses, and the quorum."""

    logs: list[LogKey] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    quorum: str = _NONE
    _groups: dict[str, _Group] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Return the policy of a file.

        Raises:
            InvalidValue: a line is not of the format, names something twice or something unknown,
                or there is not exactly one quorum; the number of the line is in the message.
        """
        if len(text.encode("utf-8", "replace")) > _MOST or _CONTROLS & set(text):
            raise InvalidValue("The witness policy is too long or holds control characters.")
        policy = cls()
        quorums = 0
        for number, line in enumerate(text.split("\n"), start=1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if not words or words[0].startswith("#"):
                continue
            try:
                policy._take(words)
            except (ValueError, LedgerTampered):
                raise InvalidValue(f"Line {number} of the witness policy is not valid.") from None
            quorums += words[0] == "quorum"
        if quorums != 1:
            raise InvalidValue("A witness policy has exactly one quorum line.")
        return policy

    def _take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *rest] if len(rest) <= 1:
                self._add_log(LogKey.parse(vkey))
            case ["witness", name, vkey, *rest] if len(rest) <= 1:
                self._add_witness(name, LogKey.parse(vkey), *rest)
            case ["group", name, least, *members] if members:
                self._add_group(name, least, members)
            case ["quorum", name] if name == _NONE or name in self._names():
                self.quorum = name
            case _:
                raise ValueError("a line of another form")

    def _add_log(self, key: LogKey) -> None:
        if key.kind not in _LOG_KINDS or key.public in {one.public for one in self.logs}:
            raise ValueError("not a log's key, or twice")
        self.logs.append(key)

    def _add_witness(self, name: str, key: LogKey, url: str | None = None) -> None:
        known = {one.key.public for one in self.witnesses}
        if key.kind not in _WITNESS_KINDS or key.public in known:
            raise ValueError("not a witness's key, or twice")
        self._require_new(name)
        self.witnesses.append(PolicyWitness(name, key, url))

    def _add_group(self, name: str, least: str, members: Sequence[str]) -> None:
        self._require_new(name)
        used = {one for group in self._groups.values() for one in group.members}
        if len(set(members)) < len(members) or used & set(members):
            raise ValueError("a member counts once")
        if not set(members) <= self._names():
            raise ValueError("an unknown member")
        count = {"all": len(members), "any": 1}.get(least) or _decimal(least)
        if not 1 <= count <= len(members):
            raise ValueError("a group that nobody can fill")
        self._groups[name] = _Group(count, tuple(members))

    def _names(self) -> set[str]:
        return {one.name for one in self.witnesses} | set(self._groups)

    def _require_new(self, name: str) -> None:
        if name == _NONE or name in self._names():
            raise ValueError("a name that is in use")

    def satisfied(self, cosigned: Collection[str]) -> bool:
        """Return whether the witnesses of these names are a quorum."""
        return self.quorum == _NONE or self._reached(self.quorum, cosigned)

    def _reached(self, name: str, cosigned: Collection[str]) -> bool:
        group = self._groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._reached(one, cosigned) for one in group.members) >= group.least


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or text.startswith("0"):
        raise ValueError("not a decimal number")
    return int(text)
