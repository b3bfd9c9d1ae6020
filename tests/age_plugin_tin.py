"""A plugin as C2SP age-plugin has it: a key in a file stands for hardware, and it may misbehave.

It wraps with the age recipient of that file's identity under a stanza type of its own. How it
behaves is told by the file: `PIN` asks for one, `touch` says so, and the others break a rule.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from keys import bech32

RECIPIENT = bech32.encode("age1tin", b"a key in a tin")
IDENTITY = bech32.encode("age-plugin-tin-", b"slot 1").upper()

PROGRAM = """#!{python}
import base64, os, sys
sys.path.insert(0, {root!r})
from keys.identity import HybridIdentity
from keys.stanza import Stanza, decode_base64

HERE = {here!r}
KEY = HybridIdentity(bytes.fromhex(open(HERE + "/key").read()))
MANNER = open(HERE + "/manner").read().split()


def line():
    got = sys.stdin.buffer.readline()
    return got[:-1] if got.endswith(b"\\n") else sys.exit(0)


def hear():
    first, body = line(), [line()]
    while len(body[-1]) == 64:
        body.append(line())
    return first[3:].split(b" "), decode_base64(b"".join(body))


def say(*words, body=b""):
    sys.stdout.buffer.write(Stanza(tuple(words), body).encode())
    sys.stdout.buffer.flush()
    return hear()


told = []
while True:
    words, body = hear()
    if words[0] == b"done":
        break
    told.append((words, body))
if "dies" in MANNER:
    sys.exit(3)
if "babbles" in MANNER:
    sys.stdout.write("good morning\\n")
    sys.exit(0)
if "touch" in MANNER:
    say(b"msg", body=b"Touch\\x1b[31m it.")
if "odd" in MANNER:
    assert say(b"confirm", body=b"really?")[0] == [b"unsupported"]
if "PIN" in MANNER:
    answer, typed = say(b"request-secret", body=b"PIN for it")
    if (answer, typed) != ([b"ok"], b"2718"):
        say(b"error", b"internal", body=b"wrong PIN")
        MANNER.append("nothing")
if "refuses" in MANNER:
    say(b"error", b"internal", body=b"not today")
elif "nothing" in MANNER:
    pass
elif sys.argv[1] == "--age-plugin=recipient-v1":
    [key] = [body for words, body in told if words[0] == b"wrap-file-key"]
    made = KEY.recipient().wrap(key, random=os.urandom)
    for _ in range(2 if "twice" in MANNER else 1):
        place = b"1" if "other" in MANNER else b"0"
        say(b"recipient-stanza", place, b"tin", *made.args[1:], body=made.body)
else:
    mine = [(words[3:], body) for words, body in told if words[2:3] == [b"tin"]]
    found = KEY.unwrap([Stanza((b"mlkem768x25519", *rest), body) for rest, body in mine])
    if found is not None:
        say(b"file-key", b"0", body=found[:-1] if "short" in MANNER else found)
sys.stdout.buffer.write(b"-> done\\n\\n")
sys.stdout.buffer.flush()
"""


class Tin:
    """An installed plugin `age-plugin-tin` with a key of its own in a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True)
        (place / "key").write_text(os.urandom(32).hex())
        self.behave()
        program = place / "age-plugin-tin"
        root = str(Path(__file__).parents[1])
        program.write_text(PROGRAM.format(python=sys.executable, root=root, here=str(place)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def behave(self, *manner: str) -> None:
        """Behave so from now on."""
        (self.place / "manner").write_text(" ".join(manner))

    def another_key(self) -> None:
        """Have another key in it from now on."""
        (self.place / "key").write_text(os.urandom(32).hex())

    @property
    def path(self) -> str:
        """A search path on which it is found first."""
        return f"{self.place}:{os.environ['PATH']}"
