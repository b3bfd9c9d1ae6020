"""Which passphrases are taken: long, hard to guess, and not made of what everybody knows of you.

Length and lists follow ASVS 5.0, 6.2.1, 6.2.4, 6.2.11 and 6.2.12; there are no rules about kinds of
characters (6.2.5). The list of common and leaked passwords and the estimate of guesses are those of
zxcvbn (Wheeler, USENIX Security 2016), which come with the package and ask nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import WeakPassphrase

MIN_LENGTH = 15
"""Characters; ASVS 5.0, 6.2.1 (recommended)."""

_JUDGED = 72  # characters; the estimate takes time that grows with the cube of the length
_MIN_GUESSES = 10**10  # zxcvbn's own border of its highest score, "very unguessable"
_CONTEXT = ("strongroom", "archive", "archivist", "custodian", "researcher", "auditor")
_SAYINGS = ("correcthorsebatterystaple",)


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a passphrase is to guess: `score` from 0 to 4, and what to do better."""

    score: int
    advice: str
    taken: bool


def strength(passphrase: bytearray | bytes, context: Sequence[str] = ()) -> Strength:
    """Return how hard a passphrase is to guess for somebody who knows the words of `context`.

    Raises:
        WeakPassphrase: it is not UTF-8 text.
    """
    try:
        text = passphrase.decode()
    except UnicodeDecodeError:
        raise WeakPassphrase("The passphrase is not UTF-8 text.") from None
    if not text:
        return Strength(0, "It is empty.", taken=False)
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 0.1 s

    known = [*_CONTEXT, *(part for name in context for part in (name, *name.split()))]
    found = zxcvbn(text[:_JUDGED], user_inputs=known)
    plain = "".join(text.casefold().split())
    score = 0 if plain in _SAYINGS else int(found["score"])
    if len(text) < MIN_LENGTH:
        advice = f"It has {len(text)} characters; {MIN_LENGTH} are needed."
        return Strength(min(score, 2), advice, taken=False)
    taken = score > 0 and found["guesses"] >= _MIN_GUESSES
    advice = "It is hard to guess." if taken else "It is easy to guess; add unrelated words."
    return Strength(score, advice, taken)


def check_passphrase(passphrase: bytearray, context: Sequence[str] = ()) -> None:
    """Refuse a passphrase that is short, common, leaked or easy to guess.

    Raises:
        WeakPassphrase: `context` are words that are easy to guess for this member.
    """
    found = strength(passphrase, context)
    if not found.taken:
        raise WeakPassphrase(f"The passphrase is not taken. {found.advice}")
