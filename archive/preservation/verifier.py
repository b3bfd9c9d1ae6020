"""Checks an evidence bundle of a Strongroom archive with Python's standard library and `openssl`.

    python3 verify.py [FOLDER] [--key VKEY]...

FOLDER is the bundle (by default the one that this file lies in). Each `--key` is a public key of
the archive's log as you know it from elsewhere; without any, the keys in the bundle are used, and
then the bundle only agrees with itself. Exit code 0: everything that could be checked holds; 4:
something does not. What could not be checked here is said. Nothing else is needed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: SubjectPublicKeyInfo up to the key
_MLDSA44 = bytes.fromhex("30820532300b06096086480165030403110382052100")  # RFC 9881
_ENTRY = b"strongroom/event/v1\0"
_COMMIT = b"strongroom/commit/v1\0"
_SIGNED = re.compile(rb',"sig":"([A-Za-z0-9+/=]+)"(?=,"time":")')
_TOKEN = ["ts", "-verify", "-in", "token", "-data", "text", "-CAfile", "trusted"]
_TAGS = "tagmanifest-sha512.txt"
_ENDS = re.compile("/(dis|del)$|^withdrawal$")
_ROLLED = "log-key-rolled"
_MEMBERS = ("archive-created", "member-added", "member-disabled", "member-role-changed", _ROLLED)


class Broken(Exception):
    """Something does not hold."""


class Report:
    """What was found: lines for a person, and whether everything holds."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.proven: list[str] = []
        self.unchecked: list[str] = []

    def fail(self, text: str) -> None:
        """Note something that does not hold."""
        self.failed.append(text)

    def show(self) -> int:
        """Print everything and return the exit code."""
        told = {"proven": self.proven, "not checked": self.unchecked, "WRONG": self.failed}
        for word, lines in told.items():
            sys.stdout.writelines(f"{word}: {line}\n" for line in dict.fromkeys(lines))
        sys.stdout.write("The bundle does NOT hold.\n" if self.failed else "The bundle holds.\n")
        return 4 if self.failed else 0


def read_bag(folder: Path, report: Report) -> dict[str, bytes]:
    """Return the files of the bag (RFC 8493) after comparing them with its two manifests."""
    files = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            report.fail(f"{name} is not a regular file")
        elif path.is_file() and "__pycache__" not in name:
            files[name] = path.read_bytes()
    for manifest in ("manifest-sha512.txt", _TAGS):
        mine = [n for n in files if n.startswith("data/") != (manifest == _TAGS) and n != _TAGS]
        lines = [f"{hashlib.sha512(files[name]).hexdigest()}  {name}\n" for name in sorted(mine)]
        _compare(manifest, files.get(manifest, b""), lines, report)
    return files


def _compare(manifest: str, listing: bytes, lines: list[str], report: Report) -> None:
    listed = listing.decode("utf-8", "replace").splitlines(keepends=True)
    for line in sorted(set(listed) ^ set(lines)):
        name = line[130:].strip() or line.strip()
        report.fail(f"{name}: changed, missing or not listed in {manifest}")
    if len(set(listed)) < len(listed) or (listed != lines and sorted(listed) == sorted(lines)):
        report.fail(f"{manifest}: lines are repeated or out of order")


def leaf_hash(body: bytes) -> bytes:
    """Return the leaf hash of an entry (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\0" + body).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _climb(place: int, last: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """Return the roots before and after that a path leads to, if it has the right length."""
    before = after = start
    for one in path:
        if last == 0:
            return b"", b""
        if place & 1 or place == last:
            before, after = _node(one, before), _node(one, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, one)
        place, last = place >> 1, last >> 1
    return (b"", b"") if last else (before, after)


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    return _climb(index, size - 1, leaf, path)[1] if 0 <= index < size else b""


def tree_root(leaves: list[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 9162, 2.1.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return _node(tree_root(leaves[:middle]), tree_root(leaves[middle:]))


def extends(old: int, new: int, first: bytes, second: bytes, proof: list[bytes]) -> bool:
    """Return whether a consistency proof joins two roots (RFC 9162, 2.1.4.2)."""
    if old == new:
        return first == second and not proof
    path = [first, *proof] if old & (old - 1) == 0 else list(proof)
    if not (0 < old < new and path):
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _climb(place, last, path[0], path[1:]) == (first, second)


def openssl(words: list[str], files: dict[str, bytes]) -> bool | None:
    """Run `openssl`; true or false is its verdict, `None` that it cannot do this."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        try:
            command = ["openssl", *words]  # the one that the reader has; no shell
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
        except OSError:
            return None
    said = (done.stdout + done.stderr).lower()
    incapable = (b"unsupported", b"unable to load", b"could not read", b"unknown option")
    return True if done.returncode == 0 else None if any(x in said for x in incapable) else False


def signature_holds(spki: bytes, message: bytes, signature: bytes) -> bool | None:
    """Return openssl's verdict on a signature under a public key in DER."""
    words = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    files = {"key": spki, "message": message, "signature": signature}
    return openssl([*words, "-in", "message", "-sigfile", "signature"], files)


class Vkey:
    """A key of the log or of a witness (C2SP signed-note), and for which sizes it signs."""

    def __init__(self, text: str, first: int = 0, last: int = 1 << 63) -> None:
        self.text, self.first, self.last = text, first, last
        self.name, self.id, encoded = text.split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        self.kind = typed[0]
        self.spki = (_MLDSA44 if self.kind == 6 else _ED25519) + typed[1:]
        if hashlib.sha256(self.name.encode() + b"\n" + typed).hexdigest()[:8] != self.id:
            raise Broken(f"the key of {self.name} is not well formed")

    def signed(self, origin: str, size: int, root: bytes, raw: bytes) -> tuple[bytes, bytes]:
        """Return message and signature of a line (C2SP tlog-checkpoint and tlog-cosignature)."""
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        if self.kind == 1:
            return text, raw
        stamp, signature = raw[:8], raw[8:]
        if self.kind == 4:
            return b"cosignature/v1\ntime %d\n" % int.from_bytes(stamp, "big") + text, signature
        name, about = self.name.encode(), origin.encode()
        head = b"subtree/v1\n\0" + bytes([len(name)]) + name + stamp + bytes([len(about)]) + about
        return head + bytes(8) + size.to_bytes(8, "big") + root, signature


def read_note(note: str) -> tuple[str, int, bytes, list[tuple[str, bytes]]]:
    """Return origin, size, root and signature lines of a checkpoint."""
    text, _, tail = note.rpartition("\n\n")
    origin, size, root = text.split("\n")
    lines = [line.split(" ")[1:] for line in tail.splitlines()]
    signed = [(name, base64.b64decode(raw, validate=True)) for name, raw in lines]
    return origin, int(size), base64.b64decode(root), signed


def check_note(note: str, keys: list[Vkey], report: Report, what: str) -> tuple[int, bytes]:
    """Check the log's signatures on a checkpoint; return its size and root."""
    origin, size, root, lines = read_note(note)
    serving = [key for key in keys if key.first <= size <= key.last]
    if not serving:
        report.fail(f"{what}: no key of the log is of its time")
    for key in serving:
        mine = [raw[4:] for name, raw in lines if name == key.name and raw[:4].hex() == key.id]
        kind = {1: "Ed25519", 4: "Ed25519", 6: "ML-DSA-44"}.get(key.kind, "unknown")
        if len(mine) != 1 or kind == "unknown" or origin != key.name:
            report.fail(f"{what}: no one {kind} signature of the log's key {key.id}")
            continue
        holds = signature_holds(key.spki, *key.signed(origin, size, root, mine[0]))
        if holds is None:
            report.unchecked.append(f"{what}: the {kind} signature (this openssl cannot)")
        elif holds:
            report.proven.append(f"{what}: {size} entries, signed by the log ({kind})")
        else:
            report.fail(f"{what}: the {kind} signature is wrong")
    return size, root


def read_proof(text: str) -> tuple[int, bytes, list[bytes], str]:
    """Return place, entry, hashes and checkpoint of a proof (C2SP tlog-proof)."""
    head, _, note = text.partition("\n\n")
    first, extra, index, *hashes = head.split("\n")
    if first != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra "):
        raise Broken("it is not a proof")
    body = base64.b64decode(extra[6:], validate=True)
    return int(index[len("index ") :]), body, [base64.b64decode(h) for h in hashes], note


def _register(members: dict[str, tuple[str, bytes]], links: dict[str, str]) -> None:
    key = bytes.fromhex(links["ed25519"])
    if hashlib.sha256(key).hexdigest()[:32] != links["kid"]:
        raise Broken("the id of a member's key is not that of the key")
    members[links["kid"]] = (links["role"], key)


def _kind(entry: dict[str, Any]) -> str:
    return entry["type"].rsplit(":", 1)[-1] if entry["outcome"] == "success" else ""


class Bundle:
    """The content of a bundle, checked step by step."""

    def __init__(self, files: dict[str, bytes], report: Report, vkeys: list[str]) -> None:
        self.files, self.report = files, report
        self.facts: dict[str, Any] = json.loads(files["data/bundle.json"])
        if not vkeys:
            report.unchecked.append("whose log this is: the keys come from the bundle itself")
        self.keys = [Vkey(text) for text in vkeys or self.facts["vkeys"]]
        self.entries: dict[int, tuple[dict[str, Any], bytes]] = {}

    def text(self, name: str) -> str:
        """Return a text of the bundle."""
        return self.files[f"data/{name}"].decode()

    def check(self) -> None:
        """Check everything."""
        self._handovers()
        head = self.text(self.facts["head"])
        self.size, self.root = check_note(head, self.keys, self.report, "the newest checkpoint")
        for index in self.facts["entries"] + self.facts["members"]:
            self._proof(index)
        self._agents()
        self._histories()
        for one in self.facts["openings"]:
            self._opening(one)
        for one in self.facts["heads"]:
            self._head(one)

    def _handovers(self) -> None:
        """Follow the log's keys: both pairs sign the checkpoint that ends with a handover."""
        kinds = {key.kind for key in self.keys}
        joined = {one["checkpoint"] for one in self.facts["heads"]}
        every, last, start = self.keys[:0], "", 0
        for index in self.facts["members"]:
            body = read_proof(self.text(f"entries/{index}.tlog-proof"))[1]
            if _ROLLED.encode() not in body:
                continue
            links, size = json.loads(body)["links"], index + 1
            old = [Vkey(text, start, size) for text in links["before"].split(" ")]
            new = [Vkey(text, size) for text in links["after"].split(" ")]
            pairs, name = [key for key in (*old, *new) if key.kind in kinds], f"handovers/{size}"
            at = check_note(self.text(name), pairs, self.report, f"the handover at {size}")[0]
            if at != size or last not in ("", links["before"]) or name not in joined:
                raise Broken(f"entry {index}: the log's keys are not handed over by the last ones")
            every = [*(key for key in every if key.first != start), *old, *new]
            last, start = links["after"], size
        if every and not {key.text for key in self.keys} <= {key.text for key in every}:
            raise Broken("the keys that were given were never the log's")
        self.keys = [key for key in every if key.kind in kinds] or self.keys

    def _proof(self, index: int) -> None:
        place, body, path, note = read_proof(self.text(f"entries/{index}.tlog-proof"))
        same = (place, *read_note(note)[1:3]) == (index, self.size, self.root)
        if not same or root_of(leaf_hash(body), place, self.size, path) != self.root:
            raise Broken(f"entry {index} is not in the log at that place")
        self.entries[index] = (json.loads(body), body)

    def _agents(self) -> None:
        """Replay who was a member in which role, and check every signature."""
        members: dict[str, tuple[str, bytes]] = {}
        for index in sorted(self.entries):
            entry, body = self.entries[index]
            kind = _kind(entry)
            if kind in _MEMBERS[1:] and entry["agent"]["role"] != "custodian":
                self.report.fail(f"entry {index}: only a custodian changes who is a member")
            if kind == _MEMBERS[0] and index == 0:
                _register(members, entry["links"])
            role, key = members.get(entry["agent"]["kid"], ("", b""))
            if role != entry["agent"]["role"]:
                self.report.fail(f"entry {index}: its agent is not a member in that role")
            else:
                self._signature(index, body, key)
            if kind == _MEMBERS[1]:
                _register(members, entry["links"])
            elif kind == _MEMBERS[2]:
                members.pop(entry["links"]["kid"], None)
            elif kind == _MEMBERS[3]:
                kid = entry["links"]["kid"]
                members[kid] = (entry["links"]["role"], members[kid][1])
        self.report.proven.append(f"{len(self.entries)} entries stand in the log at their places")

    def _signature(self, index: int, body: bytes, key: bytes) -> None:
        found = _SIGNED.search(body)
        if found is None:
            raise Broken(f"entry {index} has no signature")
        message = _ENTRY + body[: found.start()] + body[found.end() :]
        holds = signature_holds(_ED25519 + key, message, base64.b64decode(found[1]))
        if holds is None:
            self.report.unchecked.append("members' signatures (openssl is not usable here)")
        elif not holds:
            self.report.fail(f"entry {index}: it is not signed by its agent")

    def _histories(self) -> None:
        for record in self.facts["records"]:
            order = sorted(self.facts["entries"])
            before, mine = None, [i for i in order if self.entries[i][0]["object"] == record]
            for number, index in enumerate(mine):
                entry, body = self.entries[index]
                if (entry["seq"], entry["prev"]) != (number, before):
                    self.report.fail(f"entry {index}: the history of {record} has a gap before it")
                before = leaf_hash(body).hex()
            self.report.proven.append(f"{record}: {len(mine)} events, none left out in between")
            self._redaction(record, [self.entries[index][0] for index in mine])

    def _redaction(self, record: str, mine: list[dict[str, Any]]) -> None:
        """Check that no passage was dropped unseen from a reading copy that is out."""
        done = (one["links"] for one in reversed(mine) if _ENDS.search(_kind(one)))
        out: dict[str, str] = next(done, {})
        if "proof" not in out:
            return
        data = self.files[f"data/redactions/{record}.json"]
        leaves = [bytes.fromhex(one) for one in json.loads(data)["leaves"]]
        links = [one["links"] for one in mine if "units" in one["links"]]
        roots = {one["units"] for one in links if one["reading_copy"] == out["reading_copy"]}
        if hashlib.sha256(data).hexdigest() != out["proof"] or roots != {tree_root(leaves).hex()}:
            self.report.fail(f"{record}: its proof is not what was submitted and released")
        else:
            self.report.proven.append(f"{record}: {len(leaves)} passages, none dropped unseen")

    def _opening(self, one: dict[str, Any]) -> None:
        pair = json.dumps([one["field"], one["value"]], separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(_COMMIT + bytes.fromhex(one["salt"]) + pair.encode()).hexdigest()
        if self.entries[one["index"]][0]["c"].get(one["field"]) != digest:
            self.report.fail(f"entry {one['index']}: the opened {one['field']} is another")
        else:
            self.report.proven.append(f"entry {one['index']}: {one['field']} was {one['value']!r}")

    def _head(self, one: dict[str, Any]) -> None:
        """Check an older checkpoint, that the newest extends it, and its time-stamp token."""
        note = self.text(one["checkpoint"])
        size, root = check_note(note, self.keys, self.report, f"the checkpoint of {one['size']}")
        proof = [base64.b64decode(text) for text in one["consistency"]]
        if size != one["size"] or not extends(size, self.size, root, self.root, proof):
            self.report.fail(f"{one['checkpoint']}: the newest checkpoint does not extend it")
        if "token" not in one:
            return
        files = {name: self.files[f"data/{one[name]}"] for name in ("token", "trusted")}
        files["text"] = note.rpartition("\n\n")[0].encode() + b"\n"
        holds, who = openssl(_TOKEN, files), f"the time-stamping authority {one['authority']}"
        if holds:
            self.report.proven.append(f"{size} entries existed when {who} says: `{one['token']}`")
            self.report.unchecked.append(f"whether to trust {who}: its root is in the bundle")
        elif holds is None:
            self.report.unchecked.append(f"the token of {who}")
        else:
            self.report.fail(f"{one['token']}: the token of {who} does not verify")


def main(words: list[str]) -> int:
    """Check the bundle that the command line names and return the exit code."""
    vkeys = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "--key"]
    plain = [w for at, w in enumerate(words) if w != "--key" and words[at - 1 : at] != ["--key"]]
    folder = Path(plain[0]) if plain else Path(__file__).resolve().parent.parent
    report = Report()
    try:
        Bundle(read_bag(folder, report), report, vkeys).check()
    except Broken as error:
        report.fail(str(error))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        report.fail(f"the bundle cannot be read ({type(error).__name__}: {error})")
    return report.show()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
