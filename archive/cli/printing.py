"""Untrusted text and counts on a terminal."""

from __future__ import annotations


def shown(text: str) -> str:
    """Return text that moves no cursor and turns no direction: the rest is written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in text
    )


def counted(count: int, noun: str) -> str:
    """Return a count with its noun in the right number: `1 file`, `2 files`, `0 entries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"
