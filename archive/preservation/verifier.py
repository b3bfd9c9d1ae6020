"""Checks an evidence bundle of a Strongroom archive with Python's standard library and `openssl`.

    python3 verify.py [FOLDER] [--key VKEY]...

FOLDER is the bundle (by default the one that this file lies in). Each `--key` is a public key of
the archive's log as you know it from elsewhere; without any, the keys in the bundle are used, and
then the bundle only agrees with itself. Exit code 0: everything that could be checked holds; 4:
something does not. What could not be checked here is said. This file needs nothing else of
Strongroom.
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
_TAGS = "tagmanifest-sha512.txt"
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
            for line in dict.fromkeys(lines):
                sys.stdout.write(f"{word}: {line}\n")
        sys.stdout.write("The bundle does NOT hold.\n" if self.failed else "The bundle holds.\n")
        return 4 if self.failed else 0


def read_bag(folder: Path, report: Report) -> dict[str, bytes]:
    """Return the files of the bag (RFC 8493) after comparing them with its two manifests."""
    files = {}
    for path in [one for one in folder.rglob("*") if one.is_symlink() or not one.is_dir()]:
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file():
            report.fail(f"{name} is not a regular file")
        elif "__pycache__" not in name:
            files[name] = path.read_bytes()
    for manifest in ("manifest-sha512.txt", _TAGS):
        tags = manifest == _TAGS
        mine = sorted(one for one in files if one.startswith("data/") != tags and one != _TAGS)
        lines = [f"{hashlib.sha512(files[one]).hexdigest()}  {one}\n" for one in mine]
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


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    place, last, root = index, size - 1, leaf
    if not 0 <= index < size:
        raise Broken("the place is outside of the tree")
    for one in path:
        if last == 0:
            raise Broken("the path is too long")
        if place & 1 or place == last:
            root = _node(one, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = _node(root, one)
        place, last = place >> 1, last >> 1
    if last:
        raise Broken("the path is too short")
    return root


def extends(old: int, new: int, first: bytes, second: bytes, proof: list[bytes]) -> bool:
    """Return whether a consistency proof joins two roots (RFC 9162, 2.1.4.2)."""
    if old == new:
        return first == second and not proof
    if not 0 < old < new:
        return False
    path = [first, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = _node(one, before), _node(one, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, one)
        place, last = place >> 1, last >> 1
    return last == 0 and (before, after) == (first, second)


def openssl(words: list[str], files: dict[str, bytes]) -> bool | None:
    """Run `openssl`; true or false is its verdict, `None` that it cannot do this."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        try:
            program = ["openssl", *words]  # the reader's own; words of this file, no shell
            done = subprocess.run(program, cwd=folder, capture_output=True, check=False)  # noqa: S603
        except OSError:
            return None
    said = (done.stdout + done.stderr).lower()
    if done.returncode == 0:
        return True
    incapable = (b"unsupported", b"unable to load", b"could not read", b"unknown option")
    return None if any(word in said for word in incapable) else False


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
        self.kind, self.public = typed[0], typed[1:]
        if hashlib.sha256(self.name.encode() + b"\n" + typed).hexdigest()[:8] != self.id:
            raise Broken(f"the key of {self.name} is not well formed")

    @property
    def spki(self) -> bytes:
        """The key as OpenSSL reads it."""
        return (_MLDSA44 if self.kind == 6 else _ED25519) + self.public

    def signed(self, origin: str, size: int, root: bytes, raw: bytes) -> tuple[bytes, bytes]:
        """Return message and signature of a line (C2SP tlog-checkpoint and tlog-cosignature)."""
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        if self.kind == 1:
            return text, raw
        stamp, signature = raw[:8], raw[8:]
        if self.kind == 4:
            return b"cosignature/v1\ntime %d\n" % int.from_bytes(stamp, "big") + text, signature
        name, about = self.name.encode(), origin.encode()
        head = b"subtree/v1\n\0" + bytes([len(name)]) + name + stamp + bytes([len(about)])
        return head + about + bytes(8) + size.to_bytes(8, "big") + root, signature


def read_note(note: str) -> tuple[str, int, bytes, list[tuple[str, bytes]]]:
    """Return origin, size, root and signature lines of a checkpoint."""
    text, _, tail = note.rpartition("\n\n")
    origin, size, root = text.split("\n")
    lines = [line.split(" ") for line in tail.splitlines()]
    signed = [(name, base64.b64decode(text)) for _, name, text in lines]
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
        holds = None
        if len(mine) == 1 and kind != "unknown" and origin == key.name:
            holds = signature_holds(key.spki, *key.signed(origin, size, root, mine[0]))
        else:
            report.fail(f"{what}: no one {kind} signature of the log's key {key.id}")
        if holds is None and mine:
            report.unchecked.append(f"{what}: the {kind} signature (this openssl cannot)")
        elif holds is False:
            report.fail(f"{what}: the {kind} signature is wrong")
        elif holds:
            report.proven.append(f"{what}: {size} entries, signed by the log ({kind})")
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
        origin, size, root, _ = read_note(note)
        same = (place, size, root) == (index, self.size, self.root)
        if not same or root_of(leaf_hash(body), place, size, path) != self.root:
            raise Broken(f"entry {index} is not in the log of {origin} at that place")
        self.entries[index] = (json.loads(body), body)

    def _agents(self) -> None:
        """Replay who was a member in which role, and check every signature."""
        members: dict[str, tuple[str, bytes]] = {}
        for index in sorted(self.entries):
            entry, body = self.entries[index]
            kind = entry["type"].rsplit(":", 1)[-1] if entry["outcome"] == "success" else ""
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
            told, before = sorted(self.facts["entries"]), None
            mine = [i for i in told if self.entries[i][0]["object"] == record]
            for number, index in enumerate(mine):
                entry, body = self.entries[index]
                if (entry["seq"], entry["prev"]) != (number, before):
                    self.report.fail(f"entry {index}: the history of {record} has a gap before it")
                before = leaf_hash(body).hex()
            self.report.proven.append(f"{record}: {len(mine)} events, none left out in between")

    def _opening(self, one: dict[str, Any]) -> None:
        pair = json.dumps([one["field"], one["value"]], separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(_COMMIT + bytes.fromhex(one["salt"]) + pair.encode()).hexdigest()
        if self.entries[one["index"]][0]["c"].get(one["field"]) != digest:
            self.report.fail(f"entry {one['index']}: {one['field']} is not as it was committed")
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
        token, roots = (self.files[f"data/{one[name]}"] for name in ("token", "trusted"))
        files = {
            "token": token,
            "roots": roots,
            "text": note.rpartition("\n\n")[0].encode() + b"\n",
        }
        holds = openssl(
            ["ts", "-verify", "-in", "token", "-data", "text", "-CAfile", "roots"], files
        )
        who = f"the time-stamping authority {one['authority']}"
        if holds:
            self.report.proven.append(f"{size} entries existed when {who} says, `{one['token']}`")
            self.report.unchecked.append(f"whether {who} is to be trusted: its root is in here")
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
