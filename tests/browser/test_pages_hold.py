"""T6: every page of every role: no script runs, no other host is asked, the layout holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from archive.model.access import Role
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef
from archive.services import accessions
from archive.services.members import administration
from archive.services.reading_room import access_requests, papers
from archive.services.redaction import redact
from archive.services.sources import entries as sources
from keys.profiles import RFC9106_SECOND
from tests.browser.conftest import Enter, Visit
from tests.unit.webui.webhouse import NAMES, Household

NAUGHTY = [
    "<script>alert('Zq1')</script>",
    "\"><img src=x onerror=alert('Zq2')>",
    "'><svg/onload=alert('Zq3')>",
    "{{ 7*7 }}{% raw %}${7*7}#{7*7}Zq4",
    "javascript:alert('Zq5')",
    "</pre></textarea></title><iframe src=//evil.example>Zq6",
    "<style>*{display:none}</style>Zq7",
    "<meta http-equiv=refresh content=0;url=//evil.example>Zq8",
    "&lt;b&gt;Zq9&#x3c;",
    "<a href=//evil.example>Zq10</a><base href=//evil.example>",
    "혜산 ﷽ ẞ ﬁ Zq11 👩‍👩‍👧",
    "\u202egnp.exe\u2066Zq12",
]
PRINTABLE = [" ".join(text.split()) for text in NAUGHTY if text.isprintable()]
GUEST, GUEST_SECRET = NAUGHTY[1][:64], "quiet meadow of tin"
OF = {
    Role.CUSTODIAN: [
        "/records",
        "/ingest",
        "/redact",
        "/sources",
        "/search",
        "/audit",
        "/members",
        "/keys",
        "/unsealing",
        "/calendar",
        "/operations",
        "/redact/everywhere",
        "/about",
        "/desk",
        "/inbox/requests",
        "/inbox/near-duplicates",
        "/watermark",
    ],
    Role.ARCHIVIST: [
        "records",
        "ingest",
        "redact",
        "sources",
        "search",
        "about",
        "redact/everywhere",
    ],
    Role.RESEARCHER: [
        "search",
        "about",
        "records",
        "desk",
        "desk/requests",
        "search/reference",
    ],
    Role.AUDITOR: ["audit", "about"],
}
_STRUCTURE = """() => {
  const named = e => e.labels?.length || e.getAttribute('aria-label');
  const bad = [];
  if (document.querySelectorAll('h1').length !== 1) bad.push('h1');
  if (!document.documentElement.lang) bad.push('lang');
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!named(e)) bad.push('label of ' + e.name);
  for (const e of document.querySelectorAll('table')) if (!e.caption) bad.push('caption');
  for (const e of document.querySelectorAll('button, a[href]'))
    if (!e.textContent.trim()) bad.push('name of ' + e.outerHTML);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids) if (ids.filter(i => i === id).length > 1) bad.push('id ' + id);
  for (const name of ['aria-labelledby', 'aria-describedby'])
    for (const e of document.querySelectorAll(`[${name}]`))
      if (!document.getElementById(e.getAttribute(name))) bad.push('reference of ' + name);
  let level = 0;
  for (const e of document.querySelectorAll('h1, h2, h3')) {
    if (+e.tagName[1] > level + 1) bad.push('heading ' + e.textContent);
    level = +e.tagName[1];
  }
  if (document.documentElement.scrollWidth > window.innerWidth) bad.push('too wide');
  return bad;
}"""


def file_name(number: int) -> str:
    return NAUGHTY[number].replace("/", "%")[:120] + ".txt"


def fill_desks(house: Household) -> None:
    record = house.records["harbour.txt"]
    for role in (Role.CUSTODIAN, Role.RESEARCHER):
        me = house.session(role)
        papers.annotate(house.archive, me, record, "\n".join(NAUGHTY), PRINTABLE)
        for number, text in enumerate(NAUGHTY):
            access_requests.ask(house.archive, me, text)
            if number < len(PRINTABLE):
                papers.lay_in(house.archive, me, PRINTABLE[number][:80], record)


@pytest.fixture(scope="module")
def naughty(house: Household) -> Household:
    """Put markup, scripts and bidi marks into every field that the archive stores."""
    fill_desks(house)
    files = {"long.txt": b"L" * 100_000, "long words.txt": b"word " * 20_000}
    for number, text in enumerate(NAUGHTY):
        title = text.replace("<", "&lt;")
        files[file_name(number)] = f"note {number}: {text}\n".encode()
        files[f"page{number}.html"] = f"<html><title>{title}</title><p>{number}</html>".encode()
        files[f"mail{number}.eml"] = (
            f"Subject: {text}\r\nFrom: {text}\r\n\r\n{text} mail {number}\r\n".encode()
        )
    house.take_in(files)
    house.release(file_name(0))
    house.submit(file_name(1))
    head = house.session(Role.CUSTODIAN)
    for text in PRINTABLE:
        sources.add_source(house.archive, head, text, [f"{text} too"])
    secret = bytearray(GUEST_SECRET.encode())
    administration.add_member(house.archive, head, GUEST, Role.AUDITOR, secret, RFC9106_SECOND)
    return house


def check(visit: Visit, allow_missing: bool = False) -> None:
    bad: Any = visit.page.evaluate(_STRUCTURE)
    assert bad == [], visit.page.url
    quiet = [one for one in visit.trouble if not (allow_missing and "404" in one)]
    assert quiet == [], visit.page.url


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_every_page_is_sound_at_every_width(
    enter: Enter, naughty: Household, role: Role, width: int
) -> None:
    visit = enter(role, viewport={"width": width, "height": 800}, color_scheme="dark")
    for path in OF[role]:
        visit.go(f"/{path}")
        check(visit, allow_missing=role is Role.RESEARCHER)
    if role is Role.CUSTODIAN:
        for name in ("long.txt", "long words.txt", file_name(1), "mail2.eml", "harbour.txt"):
            record = naughty.records[name]
            for path in (f"/records/{record}", f"/redact/{record}", f"/redact/{record}/preview"):
                visit.go(path)
                check(visit)
        for path in ("review", "versions"):
            visit.go(f"/redact/{naughty.records[file_name(1)]}/{path}")
            check(visit)
        visit.go(f"/redact/{naughty.records['long words.txt']}?line=0")
        check(visit)
    if role in (Role.CUSTODIAN, Role.RESEARCHER):
        visit.go(f"/reading/{naughty.records[file_name(0)]}")
        check(visit, allow_missing=role is Role.RESEARCHER)


def test_naughty_text_is_shown_as_text(enter: Enter, naughty: Household) -> None:
    visit = enter(Role.CUSTODIAN)
    for number, text in enumerate(NAUGHTY):
        for name in (file_name(number), f"mail{number}.eml"):
            visit.go(f"/records/{naughty.records[name]}")
            shown = visit.page.locator("pre.text").text_content() or ""
            assert re.sub("[\u202e\u2066]", "\u200b", text) in shown
            check(visit)


def test_naughty_names_of_sources_are_shown_as_text(enter: Enter, naughty: Household) -> None:
    visit = enter(Role.CUSTODIAN)
    visit.go("/sources")
    assert set(PRINTABLE) <= set(visit.page.locator("bdi").all_text_contents())
    check(visit)


def test_naughty_reasons_and_terms_of_accessions_are_shown_as_text(
    enter: Enter, naughty: Household
) -> None:
    archive, head = naughty.archive, naughty.session(Role.CUSTODIAN)
    record = naughty.records[file_name(2)]
    naughty.submit(file_name(2))
    reason = " ".join([*NAUGHTY, "z" * 100_000])
    redact.reject(archive, head, record, reason)
    for text in PRINTABLE:
        terms = Accession(
            AccessionRef("A-0001"), text, date(2030, 1, 1), restrictions=(text, "z" * 10_000)
        )
        accessions.open_accession(archive, head, terms)
        later = replace(terms, embargo=date(2060, 1, 1))
        accessions.open_accession(archive, head, later)
    visit = enter(Role.CUSTODIAN, viewport={"width": 360, "height": 800})
    for path in (f"/redact/{record}/versions", f"/redact/{record}/review"):
        visit.go(path)
        shown = visit.page.locator("main bdi", has_text="z" * 1000).first.text_content() or ""
        assert reason in shown
        check(visit)
    visit.go("/calendar")
    assert set(PRINTABLE) <= set(visit.page.locator("main bdi").all_text_contents())
    check(visit)


def test_snippets_and_queries_are_shown_as_text(enter: Enter, naughty: Household) -> None:
    visit = enter(Role.CUSTODIAN)
    for number in range(1, len(NAUGHTY)):  # the last is one word with what stands before it
        page = visit.go("/search")
        page.get_by_role("searchbox", name="Words").fill(f"Zq{number}")
        page.get_by_role("button", name="Search", exact=True).click()
        assert f"Zq{number}" in visit.main
        check(visit)
    for text in NAUGHTY:
        page = visit.go("/search")
        page.get_by_role("searchbox", name="Words").fill(text)
        page.get_by_role("button", name="Search", exact=True).click()
        assert page.get_by_role("searchbox", name="Words").input_value() == text
    assert [one for one in visit.trouble if "422" not in one] == []


def test_names_of_members_are_shown_as_text(enter: Enter, naughty: Household) -> None:
    visit = enter(Role.CUSTODIAN)
    page = visit.go("/members")
    assert GUEST in page.locator("bdi").all_text_contents()
    check(visit)
    other = enter()
    other.sign_in(GUEST, GUEST_SECRET)
    assert GUEST in other.page.locator("header .who").all_text_contents()
    check(other)


def test_a_script_that_got_into_a_page_all_the_same_would_not_run(enter: Enter) -> None:
    visit = enter(Role.AUDITOR)
    refused = visit.page.evaluate(
        """() => ["text", "src", "markup"].filter((way) => {
          const script = document.createElement('script');
          try {
            if (way === "text") script.textContent = "document.title = 'broken in'";
            if (way === "src") script.src = "data:,document.title='broken in'";
            if (way === "markup") document.body.insertAdjacentHTML('beforeend', '<b>broken in</b>');
            document.body.append(script);
            return false;
          } catch (error) {
            return error instanceof TypeError;
          }
        })"""
    )
    assert refused == ["text", "src", "markup"]
    visit.page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.append("document.title = 'broken in'");
          document.body.append(script);
        }"""
    )
    assert visit.page.title() != "broken in"
    blocked = ("Content Security Policy", "TrustedScript")
    assert any(word in one for one in visit.trouble for word in blocked)


def test_the_cookie_is_kept_by_the_browser_under_its_strict_name(enter: Enter) -> None:
    visit = enter(Role.AUDITOR)
    (cookie,) = visit.page.context.cookies()
    assert cookie["name"] == "__Host-strongroom"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["expires"] == -1
    assert NAMES[Role.AUDITOR] in visit.page.content()
