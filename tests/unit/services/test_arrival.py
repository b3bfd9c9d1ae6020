"""Checks on arrival: what is compared, what is scanned, and what a file inside inherits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from archive.errors import UnreadableFile
from archive.services.checksums import Checksum
from archive.services.intake.arrival import Arrival, differing, inspect

CONTENT = b"A letter about alders."
DIGESTS = {name: hashlib.new(name, CONTENT).hexdigest() for name in ("sha256", "md5", "sha512")}
GOOD = Checksum("sha512", DIGESTS["sha512"], "SHA512SUMS")
BAD = Checksum("md5", "0" * 32, "MD5SUMS")


class Finder:
    """A scanner that finds a word, and remembers what it was given."""

    def __init__(self) -> None:
        self.seen = b""

    def scan(self, blocks: Iterable[bytes]) -> str | None:
        self.seen = b"".join(blocks)
        return "Alder.Test" if b"alders" in self.seen else None


def test_every_supplied_checksum_must_agree() -> None:
    assert differing((), DIGESTS) is None
    assert differing((GOOD,), DIGESTS) is None
    assert differing((GOOD, BAD), DIGESTS) == "its md5 checksum is not the one in MD5SUMS"


def test_what_came_out_is_told_to_the_manifest_and_in_fixed_words_to_the_ledger() -> None:
    good = inspect(None, iter([CONTENT]), DIGESTS, (GOOD,), Arrival())
    assert good == Arrival({"sha512 in SHA512SUMS": GOOD.digest}, {"checksum": "agrees"})
    both = inspect(Finder(), iter([CONTENT]), DIGESTS, (BAD,), Arrival())
    assert both.flags == {"checksum": "differs", "virus": "found", "quarantine": "held"}
    assert both.checks["virus scan"] == "Alder.Test"
    assert both.quarantine is not None
    assert "MD5SUMS" in both.quarantine
    assert "Alder.Test" in both.quarantine
    assert inspect(None, iter([CONTENT]), DIGESTS, (), Arrival()) == Arrival()


def test_a_file_inside_a_held_one_is_held() -> None:
    held = Arrival(quarantine="it is broken").inside()
    inside = inspect(None, iter([CONTENT]), DIGESTS, (), held)
    assert inside.quarantine == "it was inside a file that is in quarantine"
    assert Arrival().inside() == Arrival()


def test_what_is_scanned_is_what_was_hashed() -> None:
    finder = Finder()
    inspect(finder, iter([CONTENT[:5], CONTENT[5:]]), DIGESTS, (), Arrival())
    assert finder.seen == CONTENT
    with pytest.raises(UnreadableFile, match="changed"):
        inspect(finder, iter([b"something else"]), DIGESTS, (), Arrival())
