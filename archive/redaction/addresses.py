"""Addresses of the register: words for streets in full and cut short, mail as it is read out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_KINDS = """
lane ln|street st|road rd|avenue av ave|drive dr|court ct|square sq|place pl|terrace ter terr
boulevard blvd bd|crescent cres cr|gardens gdns|apartment apt|building bldg|house hse|close cl
straße strasse str|platz pl|улица ул|проспект просп пр|переулок пер|дом д|квартира кв|calle c
"""
_SAME = [group.split() for line in _KINDS.strip().splitlines() for group in line.split("|")]
_WAYS = {word: group for group in _SAME for word in group}
_WORD = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"(?<=[^\W\d_]{3})(?:straße|strasse|str)\b\.?", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NUMBERED = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{4})")


def spelled_addresses(form: str) -> Iterator[str]:
    """Yield other ways to write a form that has a number and a word for a kind of street."""
    if not any(map(str.isdigit, form)):
        return
    for found in _WORD.finditer(form):
        for other in _WAYS.get(found[0].lower(), ()) if found.start() else ():
            if other != found[0].lower():
                yield form[: found.start()] + other + form[found.end() :]
    for other in ("straße", "strasse", "str") if _GLUED.search(form) else ():
        yield _GLUED.sub(other, form)


def spelled_mails(form: str) -> Iterator[str]:
    """Yield a mail address as it is read out, with words for its signs."""
    if _MAIL.fullmatch(form):
        yield form.replace("@", " at ").replace(".", " dot ")


def street(form: str) -> str:
    """Return street and number of an address, what stands before the first comma; else nothing."""
    head, comma, _ = form.partition(",")
    return head if comma and _NUMBERED.match(head) else ""
