"""Language and look of the pages: what the member chose, else what the browser asks for.

The choice is in a cookie of its own that holds three short words out of fixed lists, tells nothing
about the member, and is gone when the browser is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import Babel, get_translations
from werkzeug import Response as AnyResponse

from webui.settings import LOOK_COOKIE

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Languages that are complete, each by its own name, under its BCP 47 tag."""

THEMES = ("auto", "light", "dark")
"""Colours: what the device prefers, or always one of the two."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a browser chose: language (`None`, as it asks for), colours, and whether keys act."""

    language: str | None = None
    theme: str = "auto"
    keys: bool = True

    @classmethod
    def parse(cls, text: str) -> Look:
        """Return the look that a cookie's value stands for; what is not understood is left out."""
        language, theme, keys = (*text.split("."), "", "", "")[:3]
        return cls(
            language if language in LANGUAGES else None,
            theme if theme in THEMES else "auto",
            keys != "off",
        )

    def __str__(self) -> str:
        """Return the cookie's value."""
        return f"{self.language or 'any'}.{self.theme}.{'on' if self.keys else 'off'}"

    def chosen(self, language: str, theme: str, keys: str) -> Look:
        """Return the look after a choice; an empty or unknown value changes nothing."""
        return replace(
            self,
            language=language if language in LANGUAGES else self.language,
            theme=theme if theme in THEMES else self.theme,
            keys={"on": True, "off": False}.get(keys, self.keys),
        )


def look() -> Look:
    """Return the look of this request."""
    return Look.parse(request.cookies.get(LOOK_COOKIE, ""))


def language() -> str:
    """Return the BCP 47 tag of the language of this request's answer."""
    wanted = look().language
    return wanted or request.accept_languages.best_match(list(LANGUAGES), "en")


def keep(response: AnyResponse, chosen: Look) -> AnyResponse:
    """Give the browser a look to keep until it is closed."""
    response.set_cookie(
        LOOK_COOKIE, str(chosen), secure=True, httponly=True, samesite="Strict", path="/"
    )
    return response


def speak(app: Flask) -> None:
    """Let an app answer in the language of each request."""
    Babel(
        app,
        default_locale="en",
        default_timezone="UTC",
        default_translation_directories="translations",
        locale_selector=language,
    )
    words = app.jinja_env
    words.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        gettext=lambda one: _catalog().ugettext(one),
        ngettext=lambda one, many, num: _catalog().ungettext(one, many, num),
        pgettext=lambda context, one: _catalog().upgettext(context, one),
        npgettext=lambda context, one, many, num: _catalog().unpgettext(context, one, many, num),
        newstyle=True,
    )
    words.globals["_"] = words.globals["gettext"]
    app.after_request(_tell)


def _catalog() -> Any:
    """Return the translations for this request, which a page asks for some fifty times."""
    found = g.get("catalog")
    if found is None:
        found = g.catalog = get_translations()
    return found


def _tell(response: Response) -> Response:
    """Say what a page's language is and what it depends on (RFC 9110 sections 8.5 and 12.5.5)."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
        response.vary.update(("Accept-Language", "Cookie"))
    return response
