"""Untrusted text on a terminal."""

from __future__ import annotations


def shown(text: str) -> str:
    """Return text that moves no cursor and turns no direction: the rest is written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in text
    )
