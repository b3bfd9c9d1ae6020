"""Checking an evidence bundle: bytes in, verdict out; with public keys alone, without the archive.

Findings name the file or the entry. `bag` is any byte that is not as it was written; the other
codes are what still does not hold for somebody who wrote the bag's manifests anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError, InvalidValue, LedgerTampered
from archive.ledger import (
    HANDOVER,
    EntryProof,
    Handover,
    LogKey,
    Policy,
    Verdict,
    leaf_hash,
    open_checkpoint,
    opens,
    parse_canonical,
    parse_entry,
    succession,
    verify_consistency,
    verify_inclusion,
)
from archive.ledger.canonical import from_base64
from archive.ledger.history import History
from archive.ledger.redaction_proof import FAILURES, Signed, released, signed
from archive.ledger.stamp import Stamp, check_stamp
from archive.model.provenance import Checkpoint
from archive.preservation import Opened, Step, flaws
from archive.services.audit.bundles import FORMAT, REDACTIONS, SOFTWARE, derived, redaction_name
from archive.services.audit.checking import verify_quorum
from archive.services.audit.stamps import Authority
from archive.services.log_files import log_keys
from keys.errors import KeysError

_MOST = 1 << 26  # bytes of bundle.json
_DERIVED = ("premis.xml", "prov.json", "README.html", "verify.py")
_FIELDS = {
    "format",
    "software",
    "archive",
    "origin",
    "vkeys",
    "head",
    "records",
    "entries",
    "members",
    "openings",
    "heads",
}
_TIMED = {"size", "authority", "checkpoint", "token", "trusted", "consistency"}
_NAME = re.compile(r"[a-z]+(?:/[a-z0-9.-]+)?")


@dataclass(slots=True)
class BundleVerdict:
    """What a bundle shows: the verdict, and what could not be told from it.

    `records` are those that it tells of, `entries` how many events about them, `opened` the opened
    fields, `times` the authorities that stamped, each with a size and time, as text.
    """

    verdict: Verdict = field(default_factory=Verdict)
    records: list[str] = field(default_factory=list)
    entries: int = 0
    opened: list[Opened] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify_bundle(
    folder: Path,
    *,
    vkeys: Sequence[str] = (),
    policy: Policy | None = None,
    authorities: Sequence[Authority] = (),
) -> BundleVerdict:
    """Check the bundle in a folder.

    `vkeys` are the log's keys as they are known from elsewhere; without them those in the bundle
    are used, and a note says so. `authorities` are those whose tokens are believed, by default the
    certificates in the bundle, with a note.

    Raises:
        InvalidValue: there is no bundle there, or it cannot be read.
        LedgerTampered: the keys that were given are malformed.
    """
    result = BundleVerdict()
    try:
        found, files = flaws(folder)
    except OSError:
        raise InvalidValue("The bundle could not be read.", hint="Name its folder.") from None
    if not files:
        raise InvalidValue("There is no bundle in that folder.", hint="Name its folder.")
    for flaw in found:
        result.verdict.fail("bag", None, f"{flaw.path} {flaw.message}")
    payload = {
        name.removeprefix("data/"): data for name, data in files.items() if name.startswith("data/")
    }
    try:
        facts = _facts(payload.get("bundle.json", b""))
    except LedgerTampered:
        result.verdict.fail("bundle", None, "bundle.json is missing or malformed")
        return result
    if not vkeys:
        result.notes.append("whose log it is was not checked: the keys come from the bundle")
    keys = log_keys(vkeys) if vkeys else _own(facts, result.verdict)
    _Check(result, payload, facts, keys, authorities).run(policy)
    return result


def _passed_on(
    keys: tuple[LogKey, ...], payload: dict[str, bytes], facts: dict[str, Any]
) -> tuple[LogKey, ...]:
    """Return the log's keys of all times that the bundle tells of.

    That the entries stand in the ledger, and that it extends the checkpoints, is checked later.

    Raises:
        LedgerTampered: the handovers in the bundle do not lead to or from these keys.
    """
    found = []
    for index in facts["members"]:
        with suppress(LedgerTampered):
            body = EntryProof.parse(_text(payload, f"entries/{index}.tlog-proof")).body
            if HANDOVER in body:
                found.append(Handover.parse(index, body))
    return succession(keys, found, lambda size: _text(payload, f"handovers/{size}"))


def _text(payload: dict[str, bytes], name: str) -> str:
    return payload.get(name, b"").decode(errors="replace")


def _own(facts: dict[str, Any], verdict: Verdict) -> tuple[LogKey, ...]:
    try:
        return log_keys(facts["vkeys"])
    except LedgerTampered:
        verdict.fail("bundle", None, "the log's keys in bundle.json are malformed")
        return ()


def _facts(body: bytes) -> dict[str, Any]:
    """Return `bundle.json`, of which every field has its shape.

    Raises:
        LedgerTampered: it is not such a file.
    """
    facts = parse_canonical(body, limit=_MOST)
    try:
        good = facts.keys() == _FIELDS and facts["format"] == FORMAT
        good = good and all(isinstance(facts[name], str) for name in ("software", "archive"))
        good = good and _texts(facts["vkeys"]) and _texts(facts["records"])
        good = good and _texts([facts["head"], facts["origin"]])
        good = good and all(_ascending(facts[name]) for name in ("entries", "members"))
        good = good and all(_opening(one) for one in facts["openings"])
        good = good and all(_head(one) for one in facts["heads"])
    except (TypeError, AttributeError, KeyError, ValueError):
        good = False
    if not good:
        raise LedgerTampered
    return facts


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _ascending(value: object) -> bool:
    if not isinstance(value, list) or not all(type(one) is int and one >= 0 for one in value):
        return False
    return value == sorted(set(value))


def _opening(one: dict[str, Any]) -> bool:
    texts = [one["field"], one["value"], one["salt"]]
    return len(one) == 4 and type(one["index"]) is int and _texts(texts) and _hex(one["salt"])


def _hex(text: str) -> bool:
    return bytes.fromhex(text).hex() == text


def _head(one: dict[str, Any]) -> bool:
    names = [one["checkpoint"], one.get("token", "a"), one.get("trusted", "a")]
    known = one.keys() in ({"size", "checkpoint", "consistency"}, _TIMED)
    shaped = all(_NAME.fullmatch(name) for name in names) and _texts(one["consistency"])
    return known and shaped and type(one["size"]) is int and _texts([one.get("authority", "")])


class _Check:
    """One bundle, step by step."""

    def __init__(
        self,
        result: BundleVerdict,
        payload: dict[str, bytes],
        facts: dict[str, Any],
        keys: tuple[LogKey, ...],
        authorities: Sequence[Authority],
    ) -> None:
        self.result, self.payload, self.facts, self.keys = result, payload, facts, keys
        self.trusted = {one.name: one.trusted for one in authorities}
        self.steps: dict[int, Step] = {}
        self.leaves: dict[int, str] = {}
        result.records = list(facts["records"])

    def fail(self, code: str, index: int | None, message: str) -> None:
        """Note something that does not hold."""
        self.result.verdict.fail(code, index, message)

    def run(self, policy: Policy | None) -> None:
        """Check everything that the files allow."""
        self._files()
        note = self._text(self.facts["head"])
        try:
            self.keys = _passed_on(self.keys, self.payload, self.facts)
            head = open_checkpoint(note, self.keys)
        except LedgerTampered:
            self.fail("checkpoint", None, f"{self.facts['head']} is not signed by the log")
            return
        if head.origin != self.facts["origin"]:
            self.fail("bundle", None, "bundle.json names another log")
        self.result.verdict.size, self.result.verdict.root = head.size, head.root.hex()
        for index in (*self.facts["entries"], *self.facts["members"]):
            self._entry(index, note, head)
        self._agents()
        self._histories()
        self._redactions()
        self._openings()
        for one in self.facts["heads"]:
            self._older(one, head, policy)
        if policy is not None and self.result.verdict.cosigned is None:
            self.fail("quorum", None, "no checkpoint in the bundle has the quorum of the policy")
        self._derived(note)

    def _text(self, name: str) -> str:
        return _text(self.payload, name)

    def _files(self) -> None:
        """Compare the names of the files with what `bundle.json` speaks of."""
        facts = self.facts
        wanted = {"bundle.json", facts["head"], *_DERIVED}
        wanted |= {f"entries/{i}.tlog-proof" for i in (*facts["entries"], *facts["members"])}
        for one in facts["heads"]:
            wanted |= {one[key] for key in ("checkpoint", "token", "trusted") if key in one}
        for name in sorted(wanted - self.payload.keys()):
            self.fail("bundle", None, f"data/{name} is missing")
        for name in sorted(self.payload.keys() - wanted):
            if not name.startswith(REDACTIONS):
                self._stray(name)

    def _stray(self, name: str) -> None:
        self.fail("bundle", None, f"data/{name} does not belong to the bundle")

    def _entry(self, index: int, note: str, head: Checkpoint) -> None:
        try:
            proof = EntryProof.parse(self._text(f"entries/{index}.tlog-proof"))
        except LedgerTampered:
            self.fail("proof", index, "the proof of the entry is missing or malformed")
            return
        leaf = leaf_hash(proof.body)
        held = verify_inclusion(leaf, index, head.size, proof.hashes, head.root)
        if not held or (proof.index, proof.note) != (index, note):
            self.fail("inclusion", index, "the entry is not in the ledger at that place")
            return
        try:
            self.steps[index] = Step(index, parse_entry(proof.body))
            self.leaves[index] = leaf.hex()
        except LedgerTampered:
            self.fail("malformed", index, "the entry is not canonical or not complete")

    def _agents(self) -> None:
        history = History(self.fail)
        for index in sorted(self.steps):
            history.acted(index, self.steps[index].entry)
        history.settle()

    def _histories(self) -> None:
        told = [self.steps[i] for i in self.facts["entries"] if i in self.steps]
        self.result.entries = len(told)
        if {step.entry.object for step in told} != set(self.facts["records"]):
            self.fail("bundle", None, "the entries are not about the records in bundle.json")
        last: dict[str, tuple[int, str]] = {}
        for step in told:
            number, before = last.get(step.entry.object, (-1, ""))
            if (step.entry.seq, step.entry.prev or "") != (number + 1, before):
                self.fail("history", step.index, "the history of its record has a gap before it")
            last[step.entry.object] = (step.entry.seq, self.leaves[step.index])

    def _redactions(self) -> None:
        """Check, for each reading copy that is out, that no passage was dropped unseen."""
        held = {name for name in self.payload if name.startswith(REDACTIONS)}
        told = [self.steps[i] for i in self.facts["entries"] if i in self.steps]
        for record in self.facts["records"]:
            mine = [step.entry for step in told if step.entry.object == record]
            out = released(mine)
            if out is None:
                continue
            name = redaction_name(record)
            index = next(step.index for step in told if step.entry is out)
            self._redaction(name, index, signed(mine, out.links.get("reading_copy", "")))
            held.discard(name)
        for name in sorted(held):
            self._stray(name)

    def _redaction(self, name: str, index: int, who: Signed) -> None:
        data = self.payload.get(name)
        if data is not None:
            for failure in who.verify(data):
                self.fail("redaction", index, f"data/{name}: {FAILURES[failure]}")
        elif self.facts["software"] == SOFTWARE:
            self.fail("redaction", index, f"data/{name} is missing")
        else:
            words = f"data/{name} is missing: whether a passage was dropped was not checked"
            self.result.notes.append(words)

    def _openings(self) -> None:
        self.result.opened = [Opened(**one) for one in self.facts["openings"]]
        for one in self.result.opened:
            step = self.steps.get(one.index)
            committed = step.entry.commitments.get(one.field, "") if step else ""
            salt = bytes.fromhex(one.salt)
            with suppress(ArchiveError):
                if opens(bytes.fromhex(committed), one.field, one.value, salt):
                    continue
            self.fail("opening", one.index, "an opened field is not what was committed to")

    def _older(self, one: dict[str, Any], head: Checkpoint, policy: Policy | None) -> None:
        note = self._text(one["checkpoint"])
        try:
            old = open_checkpoint(note, self.keys)
            proof = list(map(from_base64, one["consistency"]))
        except LedgerTampered:
            self.fail("checkpoint", one["size"], f"{one['checkpoint']} is not signed by the log")
            return
        grown = verify_consistency(old.size, head.size, old.root, head.root, proof)
        if not grown or old.size != one["size"]:
            words = f"the newest checkpoint does not extend {one['checkpoint']}"
            self.fail("consistency", one["size"], words)
        elif "token" in one:
            self._token(one, note)
        elif policy is not None and not one["checkpoint"].startswith("handovers/"):
            verify_quorum(note, self.keys, policy, self.result.verdict)

    def _token(self, one: dict[str, Any], note: str) -> None:
        name = one["authority"]
        if name not in self.trusted:
            words = f"whether `{name}` is a time-stamping authority to trust was not checked"
            self.result.notes.append(words)
        trusted = self.trusted.get(name, self.payload.get(one["trusted"], b""))
        try:
            stamp = Stamp(name, note, self.payload.get(one["token"], b""))
            token = check_stamp(stamp, self.keys, trusted).token
        except (LedgerTampered, KeysError) as error:
            words = f"{one['token']} proves nothing: {error}"
            self.fail("stamp", one["size"], words)
        else:
            told = f"{one['size']} entries existed at {token.time:%Y-%m-%d %H:%M:%S}Z ({name})"
            self.result.times.append(told)

    def _derived(self, note: str) -> None:
        """Compare PREMIS, PROV, page and program with what follows from the entries."""
        if self.facts["software"] != SOFTWARE:
            made = f"the bundle was made by another version: {', '.join(_DERIVED)} not compared"
            self.result.notes.append(made)
            return
        steps = [self.steps[i] for i in self.facts["entries"] if i in self.steps]
        if not steps:
            return
        facts, opened = self.facts, self.result.opened
        for name, data in derived(facts, note, self.payload, steps, opened).items():
            if self.payload.get(name) != data:
                self.fail("derived", None, f"data/{name} is not what follows from the entries")
