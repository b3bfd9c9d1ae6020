"""Every page of every role, from the URL map; what the browser says of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from archive.model.access import Role
from archive.model.description import Element
from archive.services.holdings.describing import describe
from archive.services.holdings.retention import set_retention
from archive.services.intake import receipts
from tests.browser.conftest import Visit
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.webui.test_web_access import OPEN_TO
from tests.unit.webui.webhouse import NAMES, Household, passphrase

MOST = 150_000  # bytes over the wire of a page's first load
SHEET = "sheet.pdf"
DAYS = ("Sun, 3 Feb 1991", "Mon, 1 Jul 1991", "Thu, 6 May 1999")
LETTER = (
    "From: a@b.example\nTo: c@d.example\nSubject: timetable\nMIME-Version: 1.0\n"
    "Date: {} 10:00:00 +0000\n\nThe paddle steamer number {}.\n"
)
DATED = "steamer"
"""A word of the dated letters."""
_SMALL = (0, 0, 260, 120)
NO_PAGE = {
    "static",
    "auth.home",
    "auth.factor",
    "auth.factor_codes",
    "audit.pin",
    "audit.proof",
    "uploads.told",
    "uploads.mine",
    "uploads.standing",
}
"""Endpoints that answer GET with a file or with JSON, or lead to another page."""
STRANGERS = ("/sign-in", "/sign-in/passkey", "/join")

_MEASURE = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  let shift = 0;
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) shift += one.value;
  }).observe({type: 'layout-shift', buffered: true});
  await frame();
  await frame();
  const of = kind => performance.getEntriesByType(kind);
  const found = await axe.run(document, {resultTypes: ['violations']});
  const out = one => one.getBoundingClientRect().right > innerWidth + 1;
  const wide = [...document.querySelectorAll('main *')].filter(
    one => out(one) && !one.closest('.scroll, .hidden, dialog'));
  return {
    lang: document.documentElement.lang,
    shift,
    bytes: [...of('navigation'), ...of('resource')].reduce((sum, one) => sum + one.transferSize, 0),
    wide: document.documentElement.scrollWidth > innerWidth
      ? ['page', ...wide.slice(0, 3).map(one => one.outerHTML.slice(0, 120))] : [],
    axe: found.violations.flatMap(one => one.nodes.map(
      node => `${one.id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 300)}`)),
  };
}"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a browser says of one page."""

    lang: str
    shift: float
    bytes: int
    wide: list[str]
    axe: list[str]


def furnish_pages(house: Household) -> None:
    """Add a released record that has pages, dated letters, and records with a retention date."""
    if SHEET in house.records:
        return
    house.take_in({SHEET: make([Page(lines("The weather was fine.", 20, 90), _SMALL)])})
    house.release(SHEET, bare=True)
    house.take_in({f"{n}.eml": LETTER.format(day, n).encode() for n, day in enumerate(DAYS)})
    house.release("0.eml", bare=True)
    house.release("2.eml", bare=True)
    tam = house.session(Role.ARCHIVIST)
    for name, day in (("0.eml", date(2020, 1, 2)), ("1.eml", date(2190, 3, 4))):
        set_retention(house.archive, tam, house.records[name], day, "Harbour Act, section nine")
    for name in house.records:
        describe(
            house.archive, tam, house.records[name], {Element.SCOPE: "Wages, and who drew them"}
        )


def paths(app: Flask, house: Household, role: Role) -> list[str]:
    """Return the paths of every page that a role may open.

    A new route with a part in its path needs a value here.
    """
    run = receipts.list_receipts(house.archive, house.session(Role.ARCHIVIST))[0].run
    values = {"number": 1, "at": 1, "run": run, "source": "S-0001"}
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or role not in OPEN_TO.get(rule.endpoint, ()):
            continue
        if rule.endpoint in NO_PAGE or rule.rule.endswith(".png"):
            continue
        lacking = rule.arguments - values.keys() - {"record"}
        assert not lacking, f"{rule.endpoint}: give a value for {lacking} in {__file__}"
        found.append(_path(app, rule, {**values, "record": house.records[_record(rule)]}))
    return sorted(found)


def _record(rule: Rule) -> str:
    if rule.endpoint.startswith("pages."):
        return SHEET
    return "mill.txt" if rule.endpoint.startswith("redact.") else "harbour.txt"


def _path(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    chosen = {name: values[name] for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, chosen))


def come_in(visit: Visit, role: Role) -> None:
    """Sign in, whatever the language, by the keyboard alone."""
    page = visit.go("/sign-in")
    page.locator("#name").focus()
    page.keyboard.type(NAMES[role])
    page.keyboard.press("Tab")
    page.keyboard.type(passphrase(role))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda at: not at.endswith("/sign-in"))


def look_at(visit: Visit, axe: str) -> Found:
    """Return what the browser says of the page that is open."""
    visit.page.evaluate(axe)
    return Found(**visit.page.evaluate(_MEASURE))
