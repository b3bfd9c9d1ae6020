"""Shares of the recovery identity: Shamir's scheme as SLIP-0039 writes it down in words.

The words, their checksum and the encryption of the shared secret are those of the SLIP-0039
reference implementation, without a passphrase. It draws its randomness from the operating system
and is not hardened against side channels: split and combine on a machine that nobody else uses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from keys.errors import MalformedKey
from keys.identity import HybridIdentity

MIN_THRESHOLD = 2
MAX_SHARES = 16
"""SLIP-0039, "Format of the share mnemonic": four bits for the number of a share."""

_NUMBERED = re.compile(r"\b\d{1,2}\.\s+([a-z]+)")
_COLUMNS = 3

_SHEET = """\
STRONGROOM RECOVERY SHARE {number} of {count}

Archive   {archive}
Created   {created}
Set       {set_id}

{threshold} different shares of this set give the recovery identity, which opens every document of
the archive and gives members back their keys. Fewer give nothing. Keep it apart from the other
shares and from the archive; show it to nobody. The words are SLIP-0039, without a passphrase.

{words}

To test shares without opening a document:   strongroom key rehearse --share FILE --share FILE
To give a member a new passphrase:           strongroom member reset NAME --share FILE --share FILE
"""


@dataclass(frozen=True, slots=True)
class ShareSheet:
    """One share as it is printed. `render` shows the words; `repr` does not."""

    archive_id: str
    words: str = field(repr=False)
    number: int
    count: int
    threshold: int
    created: date

    @property
    def set_id(self) -> str:
        """What the shares of one set have in common: their SLIP-0039 identifier."""
        return f"{Share.from_mnemonic(self.words).identifier:05d}"

    def render(self) -> str:
        """Return the sheet as plain text of at most 100 columns."""
        words = self.words.split()
        rows = -(-len(words) // _COLUMNS)
        lines = [
            "".join(f"{at + 1:4}. {words[at]:14}" for at in range(row, len(words), rows)).rstrip()
            for row in range(rows)
        ]
        return _SHEET.format(
            number=self.number,
            count=self.count,
            archive=self.archive_id,
            created=self.created.isoformat(),
            set_id=self.set_id,
            threshold=self.threshold,
            words="\n".join(lines),
        )


def read_share(text: str) -> str:
    """Return the words of a share, from its sheet or from the words alone, in their order.

    Raises:
        MalformedKey: there are none, a word is mistyped, or their checksum is wrong.
    """
    numbered = sorted((int(found[0].split(".")[0]), found[1]) for found in _NUMBERED.finditer(text))
    words = [word for _, word in numbered] or text.casefold().split()
    try:
        Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise MalformedKey("a recovery share is mistyped") from None
    return " ".join(words)


def split_secret(secret: bytes, threshold: int, count: int) -> tuple[str, ...]:
    """Return `count` shares of a secret of 16 or 32 bytes, of which `threshold` give it back.

    Raises:
        MalformedKey: not 2 <= threshold <= count <= 16.
    """
    if not MIN_THRESHOLD <= threshold <= count <= MAX_SHARES:
        raise MalformedKey("shares need 2 <= threshold <= count <= 16")
    [group] = generate_mnemonics(1, [(threshold, count)], secret)
    return tuple(group)


def split(identity: HybridIdentity, threshold: int, count: int) -> tuple[str, ...]:
    """Return `count` shares, of which `threshold` different ones give the identity.

    Raises:
        MalformedKey: not 2 <= threshold <= count <= 16.
    """
    return split_secret(identity.seed, threshold, count)


def combine_secret(shares: Sequence[str]) -> bytes:
    """Return the secret that shares were split from; more than the threshold are fine.

    Raises:
        MalformedKey: too few, of different sets, or mistyped.
    """
    try:
        different = sorted(set(shares))
        threshold = Share.from_mnemonic(different[0]).member_threshold if different else 0
        return bytes(combine_mnemonics(different[:threshold]))
    except (MnemonicError, ValueError):
        raise MalformedKey("these shares do not belong together, or are too few") from None


def combine(shares: Sequence[str]) -> HybridIdentity:
    """Return the identity that shares were split from; more than the threshold are fine.

    Raises:
        MalformedKey: too few, of different sets, or mistyped.
    """
    secret = combine_secret(shares)
    try:
        return HybridIdentity(secret)
    except ValueError:
        raise MalformedKey("these shares do not belong together, or are too few") from None
