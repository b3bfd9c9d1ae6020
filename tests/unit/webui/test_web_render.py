"""What templates show is legal, plain and readable in light and dark."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

import webui
from webui.render import printable
from webui.wording import size, when

FOLDER = Path(webui.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
CSS = (FOLDER / "static" / "strongroom.css").read_text()
ODD = "\x00\x1b\x7f\x85\ud800\udfff\ufffeab\n\t"
PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "soft", "accent", "good", "warn", "bad")
        for ground in ("ground", "card")
    ),
    ("on-accent", "accent"),
    ("on-mark", "mark"),
    ("on-hit", "hit"),
    ("ground", "bad"),
]


@given(
    st.text(st.characters()) | st.text(st.sampled_from("\x00\x1b\x7f\x85\ud800\udfff\ufffeab\n\t"))
)
def test_every_text_can_be_sent_and_holds_no_control_character(text: str) -> None:
    shown = str(printable(text))
    shown.encode()
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f]", shown)
    assert printable(shown) == shown


@given(st.text("<>&\"'{}%\x00a"))
def test_whatever_is_stored_comes_out_escaped(app: Flask, text: str) -> None:
    with app.test_request_context():
        shown = render_template_string('<p title="{{ x }}">{{ x }}</p>', x=text)
    safe = escape(printable(text))
    assert shown == f'<p title="{safe}">{safe}</p>'


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_style_or_a_way_round_escaping(template: Path) -> None:
    text = template.read_text().lower()
    for script in re.findall(r"<script[^<]*", text):
        assert re.fullmatch(r"<script src=\"\{\{ url_for\('static', [^}]*\}\}\" defer>", script)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe|autoescape", text)
    assert not re.search(r"(src|href|action)=\"(?!\{\{|#)", text)
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert re.search(r"token\(\)|ticket", form), template.name


def test_the_style_sheet_asks_nothing_of_another_host() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (64 << 20, "64.0 MiB"),
        (5 << 40, "5120.0 GiB"),
    ],
)
def test_sizes_are_shown_in_the_largest_unit_that_fits(count: int, shown: str) -> None:
    assert size(count) == shown


def test_moments_are_shown_in_utc() -> None:
    shown = '<time datetime="2031-03-04T09:05Z">Mar 4, 2031 09:05 UTC</time>'
    assert when(datetime(2031, 3, 4, 9, 5, tzinfo=UTC)) == shown


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of the sheet by name; `light-dark()` has both (CSS Color 5)."""
    pairs = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
    return {name: light if scheme == "light" else dark for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_text_stands_out_from_its_ground(scheme: str, pair: tuple[str, str]) -> None:
    named = colours(scheme)
    low, high = sorted(luminance(named[name]) for name in pair)
    assert (high + 0.05) / (low + 0.05) >= 4.5
