"""Words in the language of the request: of the pages, of the services' refusals, of codes.

The services speak English and know nothing of languages. What they say is looked up here, at the
door: a message by its own words, and where it is not known, by the code of its error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import cast

import flask_babel
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from flask import has_request_context
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from webui.languages import language

ERROR = "error"
"""Context of what services say."""

WORD = "word"
"""Context of codes that stand for a word: roles, states, outcomes."""

_PLACE = re.compile(r"%\((\w+)\)s")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[a-z]{2,}(-[a-z]+)+")
_ENGLISH = {
    "entity-en": "name (English)",
    "entity-fr": "name (French)",
    "kinship-ko": "kinship (Korean)",
    "name-ko": "name (Korean)",
    "occupation-ko": "occupation (Korean)",
    "sha256": "SHA-256",
}
"""Codes that do not read as English words."""
_UNITS = ("KiB", "MiB", "GiB")  # IEC 80000-13


class Told(str):
    """Words that are in the language of the request already."""

    __slots__ = ()


def say(text: str, **values: object) -> Told:
    """Return `text` in the language of the request, with `values` for its `%(name)s` places."""
    if has_request_context():
        return Told(flask_babel.gettext(text, **values))
    return Told(text % values if values else text)


def say_many(one: str, many: str, num: int, **values: object) -> Told:
    """Return the words for `num` things; `%(num)d` is the number itself."""
    if has_request_context():
        return Told(flask_babel.ngettext(one, many, num, **values))
    return Told((one if num == 1 else many) % {"num": num, **values})


def lazy(text: str) -> str:
    """Return words for a table: they are looked up each time that they are shown."""
    return cast(str, LazyString(say, text))


def lazy_word(code: str) -> str:
    """Return the words of a code for a table."""
    return cast(str, LazyString(word, code))


def word(code: object) -> str:
    """Return the words that a code stands for; a code without any stands for itself.

    In English most codes are words with hyphens between them; they are shown without.
    """
    text = str(code)
    if not text or not has_request_context():
        return text
    found = str(flask_babel.pgettext(WORD, text))
    if found != text or _translating():
        return found
    return _ENGLISH.get(text) or (text.replace("-", " ") if _CODE.fullmatch(text) else text)


def told(text: object, otherwise: str = "") -> str:
    """Return what a service said in the language of the request.

    What nobody translated is marked as English; `otherwise`, the general wording of its kind,
    stands before it in the language of the request.
    """
    words = str(text)
    if isinstance(text, Told | LazyString) or not words or not _translating():
        return words
    found = _known(words)
    if found is not None:
        return found
    general = _known(otherwise) if otherwise else None
    english = Markup('<span lang="en">{}</span>').format(words)
    return Markup("{} ({})").format(general, english) if general else english


def _locale() -> str:
    return language() if has_request_context() else "en"


def spoken() -> str:
    """Return the tag of the language that words are given in here."""
    return _locale()


def _translating() -> bool:
    return has_request_context() and language() != "en"


def _known(text: str) -> str | None:
    """Return the translation of one message, or of several that stand in a row.

    A row is tried before messages with places, which would take its other messages for a value.
    """
    whole = _exactly(text)
    if whole is None and "; " in text:
        parts = [_one(part) for part in text.split("; ")]
        if None not in parts:
            return "; ".join(cast(list[str], parts))
    return whole or _one(text)


def _exactly(text: str) -> str | None:
    for context in (ERROR, WORD):
        found = str(flask_babel.pgettext(context, text))
        if found != text:
            return found
    return None


def _one(text: str) -> str | None:
    found = _exactly(text)
    if found is not None:
        return found
    for pattern, msgid in _patterns(language()):
        match = pattern.fullmatch(text)
        if match is not None:
            values = {name: _known(value) or value for name, value in match.groupdict().items()}
            return str(flask_babel.pgettext(ERROR, msgid)) % values
    return None


@cache
def _patterns(_language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the messages of services that have places, each with what fits it."""
    catalog = cast(Mapping[object, str], flask_babel.get_translations()._catalog)  # no public way
    msgids = (str(key).partition("\x04")[2] for key in catalog if _is_error(key))
    return tuple((_pattern(one), one) for one in sorted(msgids) if _PLACE.search(one))


def _is_error(key: object) -> bool:
    return isinstance(key, str) and key.startswith(f"{ERROR}\x04")


def _pattern(msgid: str) -> re.Pattern[str]:
    parts = _PLACE.split(msgid)
    fixed = [re.escape(part) for part in parts[::2]]
    places = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(fixed, [*places, ""], strict=True)), re.S)


def number(count: float) -> str:
    """Return a number with the marks of the request's language."""
    return str(format_decimal(count, locale=_locale()))


def day(value: object) -> str:
    """Return a calendar day as the language writes it; a year, a month or a word stays as it is."""
    text = str(value)
    if not _DAY.fullmatch(text):
        return text
    try:
        shown = format_date(date.fromisoformat(text), "medium", locale=_locale())
    except ValueError:
        return text
    return Markup('<time datetime="{}">{}</time>').format(text, shown)


def month_of(day: date, *, short: bool = False) -> str:
    """Return the month of a day as the language writes it, with its year unless it is `short`."""
    if short:
        return str(format_date(day, "LLL", locale=_locale()))
    return str(format_skeleton("yMMMM", day, locale=_locale()))


def when(moment: datetime | str) -> str:
    """Return a moment in UTC to the minute as the language writes it."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    shown = f"{format_date(at, 'medium', locale=_locale())} {at:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.strftime("%Y-%m-%dT%H:%MZ"), shown)


def moment(value: str) -> str:
    """Return an ISO 8601 moment to the second as the language writes it, a day as `day` does.

    The whole of it is in the `datetime` attribute; what is neither stays as it is.
    """
    if _DAY.fullmatch(value):
        return day(value)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    zone = f" {at.tzname()}" if at.tzinfo else ""
    shown = f"{format_date(at, 'medium', locale=_locale())} {at:%H:%M:%S}{zone}"
    return Markup('<time datetime="{}">{}</time>').format(value, shown)


def size(count: int) -> str:
    """Return a count of bytes in the largest binary unit (IEC 80000-13) that fits."""
    power = min(max(count.bit_length() - 1, 0) // 10, len(_UNITS))
    if power == 0:
        return say_many("%(num)d byte", "%(num)d bytes", count)
    value = count / (1 << (10 * power))
    shown = format_decimal(value, "0.0", locale=_locale())
    return f"{shown} {_UNITS[power - 1]}"
