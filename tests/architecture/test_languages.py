"""Every word that pages show is in every catalog, and every catalog says it whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from tests.architecture.house import ROOT
from tests.architecture.wordscan import bare_in_code, bare_in_template, named
from tools import messages
from webui.languages import LANGUAGES

TEMPLATES = sorted((ROOT / "webui" / "templates").rglob("*.html"))
OTHER_READERS = {"api", "headers.py", "serve.py", "gate.py", "metrics.py", "turns.py"}
"""Code whose texts browsers, programs, operators and proxies read."""

CODE = [
    one
    for one in sorted((ROOT / "webui").rglob("*.py"))
    if not OTHER_READERS.intersection(one.parts)
]
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
HOW = "wrap them: _(), {% trans %}, word, told in templates; say(), say_many(), lazy() in code"


def test_no_template_shows_words_that_no_catalog_knows() -> None:
    bare = [
        line for path in TEMPLATES for line in named(path, ROOT, bare_in_template(path.read_text()))
    ]
    assert not bare, "\n".join((HOW, *bare))


def test_no_page_says_words_that_no_catalog_knows() -> None:
    bare = [line for path in CODE for line in named(path, ROOT, bare_in_code(path.read_text()))]
    assert not bare, "\n".join((HOW, *bare))


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Bare words</p>", [(1, "Bare words")]),
        ("<p>\n{{ x }} bare</p>", [(1, "bare")]),
        ('<p title="Bare"></p>', [(1, "Bare")]),
        ('{{ "bare words" if x else _("not") }}', [(1, "bare words")]),
        ("{{ x or 'bare' }}", [(1, "bare")]),
        ('<p class="{{ "good" if x else "bad" }}">{{ x }}</p>', []),
        ('<p>{{ _("Known") }} {% trans %}Known <b>too</b>{% endtrans %}</p>', []),
        ("<code>strongroom ingest</code> <bdi>{{ x }}</bdi> – Strongroom", []),
    ],
)
def test_the_scan_of_templates_finds(template: str, found: list[tuple[int, str]]) -> None:
    assert [text for _, text in bare_in_template(template)] == [text for _, text in found]


def test_the_scan_of_code_finds() -> None:
    code = '"""Doc string."""\nx = "two words"\ny = f"and {x} here too"\nz = say("not these")\n'
    assert [line for line, _ in bare_in_code(code)] == [2, 3]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_message_is_translated(tag: str) -> None:
    kept = messages.read(tag)
    lacking = [
        f"{one.locations[0][0]}: {one.id!r}"
        for one in messages.gathered()
        if one.id and not _said(kept.get(one.id, one.context))
    ]
    how = f"run `make messages`, then fill in {messages.source(tag).relative_to(ROOT)}"
    assert not lacking, "\n".join((how, *lacking))


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalog_holds_nothing_that_no_page_shows(tag: str) -> None:
    shown = {(one.id, one.context) for one in messages.gathered()}
    kept = {(one.id, one.context) for one in messages.read(tag)}
    assert kept - shown == set(), "run `make messages`"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_has_the_places_and_the_tags_of_its_message(tag: str) -> None:
    wrong = [one.id for one in messages.read(tag) if one.id and not _fits(one)]
    assert wrong == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_compiled_catalog_is_the_one_that_is_kept_as_text(tag: str) -> None:
    made = messages.source(tag).with_suffix(".mo").read_bytes()
    assert made == messages.compiled(messages.read(tag)), "run `make messages`"


def _said(message: Message | None) -> bool:
    return message is not None and not message.fuzzy and all(_forms(message.string))


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def _fits(message: Message) -> bool:
    allowed = {_parts(text) for text in _forms(message.id)}
    return all(_parts(text) in allowed for text in _forms(message.string))


def _parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(_places(text))), tuple(sorted(re.findall(r"</?\w+[^>]*>", text)))


def _places(text: str) -> Iterator[str]:
    yield from re.findall(r"%\(\w+\)[sd]", text)
