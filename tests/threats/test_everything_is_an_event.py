"""T4: every act of every member, and every refusal, is an entry; what is none says why.

Both doors are walked whole: each command and each route is given once, and the ledger must have an
entry of that very act, beside the entry that somebody signed in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from archive.bootstrap import open_archive
from archive.cli.app import cli
from archive.model.access import Role
from archive.model.provenance import EventType
from archive.model.receipt import RunId
from archive.services import audit
from archive.services.intake import receipts
from tests.age_plugin_tin import RECIPIENT, Tin
from tests.commands import every
from tests.threats.without_entries import NEEDS_NONE, PAGES_WITHOUT, REFUSED_HERE
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, found, furnish, passphrase
from webui.app import create_app


@dataclass
class Walk:
    """One archive, its members' passphrase files, and what was found on the way."""

    root: Path
    done: dict[str, set[str]] = field(default_factory=dict)
    seen: int = 0

    def person(self, name: str) -> str:
        path = self.root / f"{name}.pass"
        if not path.exists():
            path.write_text(f"walnut harbour {name} lantern\n")
        return str(path)

    def give(
        self, words: str, *more: str, who: str | None = "custodian", code: int = 0
    ) -> list[dict[str, object]]:
        """Give a command and keep which kinds of entry it left; return what it printed."""
        me = ["--as", who, "--passphrase-file", self.person(who)] if who else []
        line = ["--json", "--archive", str(self.root / "archive"), *me, *words.split(), *more]
        done = CliRunner().invoke(cli, line, standalone_mode=False)
        assert done.exception is None or code, (words, done.exception)
        kinds = self.new()
        self.done.setdefault(words, set()).update(kinds - {"SIGN_IN", "SIGN_IN_FAILED"})
        return [json.loads(one) for one in done.stdout.splitlines() if one.startswith("{")]

    def new(self) -> set[str]:
        """Return the kinds of the entries that came since it was last asked."""
        archive = open_archive(self.root / "archive")
        try:
            lines = audit.timeline(archive.catalog, limit=10_000)
        finally:
            archive.close()
        fresh = [line for line in lines if line.index >= self.seen]
        self.seen = len(lines)
        return {EventType(line.type).name for line in fresh}


def found_and_filled(walk: Walk) -> dict[str, str]:
    """Found the archive, let members in, take documents in; return records by file name."""
    new = "--new-passphrase-file"
    sheet = str(walk.root / "sheet.txt")
    walk.give("init", "--member", "custodian", new, walk.person("custodian"), "--recovery-out", sheet, who=None)  # fmt: skip  # noqa: E501
    for role in ("archivist", "researcher"):
        walk.give("member add", role, "--role", role, new, walk.person(role))
    walk.give("member add", "deputy", "--role", "custodian", new, walk.person("deputy"))
    (invited,) = walk.give("member invite", "guest", "--role", "researcher")
    code = walk.root / "code"
    code.write_text(f"{invited['code']}\n")
    walk.give("member join", "--code-file", str(code), new, walk.person("guest"), who="guest")
    box = walk.root / "box"
    box.mkdir()
    (box / "a.txt").write_text("The ferry left at dusk with copper kettles.")
    (box / "b.txt").write_text("A list of rice prices.")
    (box / "c.bin").write_bytes(bytes(range(256)) * 9)
    (box / "d.txt").write_text("A letter about walnuts.")
    (box / "e.txt").write_text("A letter about almonds.")
    (box / "SHA256SUMS").write_text(f"{'0' * 64}  d.txt\n{'1' * 64}  e.txt\n")
    lines = walk.give("ingest", str(box))
    records = {Path(str(one["path"])).name: str(one["record"]) for one in lines if one.get("path")}
    summary = lines[-1]["summary"]
    assert isinstance(summary, dict)
    return {**records, "run": str(summary["receipt"])}


def look_around(walk: Walk, at: dict[str, str]) -> None:
    one = at["a.txt"]
    for words in ("member list", "key list", "source list", "accession list", "records"):
        walk.give(words)
    for words in ("quarantine list", "jobs list", "receipt list", "searches list", "redact queue"):
        walk.give(words)
    walk.give("show", one)
    walk.give("get", one, "-o", str(walk.root / "a.out"))
    walk.give("receipt show", at["run"])
    walk.give("search", "ferry")
    walk.give("searches save", "rice", "rice")
    walk.give("searches run", "rice")
    walk.give("searches new")
    walk.give("searches delete", "rice")
    walk.give("retention set", one, "--review", "2020-01-02", "--reason", "ten years")
    (due,) = walk.give("retention list", "--due")
    assert (due["record"], due["reason"]) == (one, "ten years")
    walk.give("describe", one, "--set", "note=a wet corner")
    arranged(walk, one)
    walk.give("retention lift", one, "--reason", "kept for ever")
    walk.give("extract", "--all", "--dry-run")
    walk.give("jobs retry", at["c.bin"])
    walk.give("jobs dismiss", at["c.bin"], "--reason", "it is noise")
    walk.give("quarantine accept", at["d.txt"], "--reason", "the list was wrong")
    walk.give("quarantine discard", at["e.txt"], "--reason", "not wanted")
    walk.give("index rebuild")
    walk.give("audit fixity")


def arranged(walk: Walk, one: str) -> None:
    (made,) = walk.give("arrange add", "--title", "Ferry", "--level", "fonds", "--code", "F")
    assert made["reference"] == "F"
    walk.give("arrange add", "--title", "Ropes", "--level", "series", "--under", "F")
    walk.give("arrange add", "--title", "Oars", "--level", "series", "--under", "F")
    walk.give("arrange set", "F/1", "--code", "R")
    walk.give("arrange move", "F/2", "--under", "F", "--before", "F/R")
    walk.give("arrange describe", "F/R", "--set", "note=wet")
    walk.give("arrange place", "F/R", one)
    shown = walk.give("arrange show")
    assert [(unit["reference"], unit["total"]) for unit in shown] == [
        ("F", 1),
        ("F/2", 0),
        ("F/R", 1),
    ]
    walk.give("arrange take-out", one)
    walk.give("arrange remove", "F/R")
    walk.give("arrange check")
    walk.give("export", "--all", "--format", "ead3", "-o", str(walk.root / "aid.xml"))


def redact_and_release(walk: Walk, one: str) -> None:
    walk.give("source add", "--name", "Orsolya Vint")
    walk.give("source alias", "S-0001", "the ferryman", "--yes")
    walk.give("source show", "S-0001")
    walk.give("source edit", "S-0001", "--threat", "grave")
    table = walk.root / "people.csv"
    table.write_text("name\nAksel Quint\n")
    walk.give("source import", str(table), "--yes")
    (asked,) = walk.give("source unseal request", "S-0001", "--purpose", "a threat to life")
    walk.give("source unseal list")
    walk.give("source unseal approve", str(asked["request"]), who="deputy")
    walk.give("source attach", "S-0001", one)
    walk.give("redact propose", one)
    walk.give("redact mark", one, "--text", "copper")
    walk.give("redact unmark", one, "--span", "28:29")
    walk.give("redact title", one, "A note on copper")
    walk.give("redact plan", one)
    walk.give("redact preview", one)
    walk.give("redact submit", one)
    walk.give("redact reject", one, "--reason", "look again", who="archivist")
    walk.give("redact submit", one)
    walk.give("redact approve", one, who="archivist")
    walk.give("leakcheck", one)
    walk.give("release", one)
    (checked,) = walk.give("audit redaction", one)
    assert (checked["ok"], checked["failures"]) == (True, [])
    walk.give("export", one, "--format", "text", "-o", str(walk.root / "copy.txt"))
    walk.give("withdraw", one, "--reason", "asked to")
    summary = walk.give("redact mark-everywhere", "--text", "dusk")[-1]["summary"]
    assert isinstance(summary, dict)
    walk.give("redact undo", summary["act"])
    walk.give("redact mark", one, "--text", "ferry")
    walk.give("redact undo", one)
    walk.give("redact redo", one)
    walk.give("redact diff", one)
    walk.give("redact carry", one)
    walk.give("redact log")


def hand_out(walk: Walk, at: dict[str, str]) -> None:
    walk.give("audit publish", who=None)
    del walk.done["audit publish"]
    walk.give("audit bundle", at["a.txt"], "-o", str(walk.root / "bundle"))
    walk.give("backup create", str(walk.root / "disk"))
    walk.give("erase", at["b.txt"], "--authority", "order 7 of 2026", "--yes")


def register(walk: Walk) -> None:
    walk.give("accession open", "--title", "Ferry papers")
    walk.give("accession show", "A-0001")
    walk.give("accession set", "A-0001", "--donor", "the ferry company")
    custody = ("--from", "a", "--to", "b", "--date", "2026-01-02")
    walk.give("accession transfer", "A-0001", *custody)
    walk.give("accession close", "A-0001")
    walk.give("accession reopen", "A-0001", "--reason", "one more box")


def ceremonies(walk: Walk) -> None:
    sheet = ("--sheet", str(walk.root / "sheet.txt"))
    walk.give("key roll", "reading")
    walk.give("key roll-log")
    walk.give("key rewrap")
    walk.give("key share", *sheet, "--out", str(walk.root / "shares"))
    walk.give("key rehearse", *sheet)
    walk.give("key adopt", *sheet, code=1)
    walk.give("member grant", "archivist")
    walk.give("policy explain", "archivist", "release")
    walk.give("policy two-persons", code=1)
    walk.give("member role", "guest", "archivist")
    walk.give("member factor", "guest", code=5)
    walk.give("member hardware", RECIPIENT)
    walk.give("member reset", "researcher", *sheet)
    again = walk.person("custodian")
    walk.give("member passphrase", "--new-passphrase-file", again)
    walk.give("member disable", "guest")


def test_every_command_is_an_entry_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", Tin(tmp_path / "tin").path)
    walk = Walk(tmp_path)
    records = found_and_filled(walk)
    look_around(walk, records)
    redact_and_release(walk, records["a.txt"])
    register(walk)
    hand_out(walk, records)
    ceremonies(walk)
    (made,) = walk.give("token create", "--scope", "reading", who="archivist")
    walk.give("token list", who="archivist")
    walk.give("token revoke", str(made["id"]), who="archivist")
    walk.give("unlock", who="archivist")
    walk.done["unlock"] = {"SIGN_IN"}
    walk.give("lock", who="archivist")
    silent = {words for words, kinds in walk.done.items() if not kinds} - set(REFUSED_HERE)
    assert silent == set()
    assert set(walk.done) | set(NEEDS_NONE) == set(every(cli))
    assert not set(walk.done) & set(NEEDS_NONE)
    assert {"SIGN_OUT"} == walk.done["lock"]


NEW = "violet anchors over seven roofs"
NOBODY = "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11"
MINE = {"passphrase": passphrase(Role.CUSTODIAN)}


def fields() -> dict[str, dict[str, object]]:
    """Return what each form that needs something is given."""
    return {
        "search.keep": {"query": "harbour"},
        "lists.batch": {"lines": "harbour\nmill"},
        "lists.save": {"name": "kept"},
        "room.resolve": {"reference": "strongroom:5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11"},
        "asking.ask": {"text": "the harbour ledger"},
        "asking.answer": {"text": "it is there"},
        "lists.saved_act": {"act": "new"},
        "ingest.take": {"files": (BytesIO(b"a note about brass lamps"), "lamps.txt")},
        "redact.act": {"words": "harbour", "reason": "source-identity"},
        "accessions.begin": {"title": "A box of lamps"},
        "accessions.decide": {"act": "accept"},
        "sources.add": {"name": "Ketil Aasmo"},
        "sources.add_alias": {"alias": "the clerk"},
        "members.invite": {"name": "Somebody New", "role": "researcher", **MINE},
        "members.role": {"name": NAMES[Role.RESEARCHER], "role": "archivist", **MINE},
        "members.disable": {**dict.fromkeys(("name", "confirm"), NAMES[Role.ARCHIVIST]), **MINE},
        "members.rewrap": MINE,
        "custody.foresee": {"compartment": "reading"},
        "custody.roll": {"compartment": "reading", **MINE},
        "unsealing.request": {"source": "S-0001", "purpose": "an order", "lasting": "4"},
        "unsealing.approve": {"request": NOBODY, **MINE},
        "unsealing.identity": {"source": "S-0001", **MINE},
        "everywhere.mark": {"words": "harbour", "reason": "S1", "act": "preview"},
        "everywhere.undo": {"reference": NOBODY},
        "inbox.dismiss": {"reason": "noise"},
        "records.retain": {"review": "2040-05-06", "reason": "ten years"},
        "records.describe": {"seen": "0", "note": "a wet corner"},
        "aid.add": {"title": "Ferry papers", "level": "fonds"},
        "aid.change": {"title": "Ferry", "level": "series", "code": "1", "seen": "0"},
        "aid.describe": {"seen": "0", "note": "wet"},
        "auth.enter_factor": {"code": "000000"},
        "auth.enter_passkey": {"answer": "{}"},
        "passkeys.add": {"name": "a key", "answer": "{}", **MINE},
        "passkeys.remove": {"id": "00", **MINE},
        "passkeys.let_open": {"answer": "{}", **MINE},
        "passkeys.close": MINE,
        "auth.enter_by_passkey": {"name": NAMES[Role.AUDITOR], "answer": "{}"},
        "joining.join": {"name": NAMES[Role.AUDITOR], "code": "X", "new": NEW, "again": NEW},
        "joining.change": {"current": "wrong", "new": NEW, "again": NEW},
        "tokens.create": {"scope": "reading", "minutes": "15", **MINE},
        "auth.enter": {"name": NAMES[Role.AUDITOR], "passphrase": "wrong"},
    }


LAST = ("members.role", "members.disable", "joining.change", "auth.enter", "auth.enter_by_passkey", "joining.join", "auth.sign_out")  # fmt: skip  # noqa: E501
"""Routes that end a session, or count an attempt that the next sign-in enters."""


def signed_in(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(Role.CUSTODIAN)
    visitor.get("/about")
    return visitor


def test_every_route_is_an_entry_or_says_why_not(tmp_path: Path) -> None:
    house = furnish(found(tmp_path / "archive", Clock()))
    house.take_in({"noise.bin": bytes(range(256)) * 9})
    app = create_app(house.archive)
    visitor = signed_in(app)
    visitor.post("/search", query="harbour")
    run = receipts.list_receipts(house.archive, house.session(Role.ARCHIVIST))[0].run
    rules = {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("api.")  # tests/threats/test_api_tokens.py
    }
    silent, given = set(), fields()
    for name in [*(one for one in rules if one not in (*LAST, *PAGES_WITHOUT)), *LAST]:
        path = path_of(app, rules[name], house, run)
        if name.startswith("inbox"):
            path = path.replace(house.records["harbour.txt"], house.records["noise.bin"])
        if name in ("auth.enter", "auth.enter_by_passkey", "joining.join"):
            visitor = Visitor(app)
            visitor.get("/sign-in")
        before = _count(house)
        answer = send(visitor, rules[name], path, given.get(name, {}))
        assert answer.status_code < 500, (name, answer.text)
        if _count(house) == before:
            silent.add(name)
        if name in LAST:
            visitor = signed_in(app)
    assert silent == set()
    assert set(PAGES_WITHOUT) <= set(rules)
    house.archive.close()


def path_of(app: Flask, rule: Rule, house: Household, run: RunId) -> str:
    values: dict[str, object] = {"record": house.records["harbour.txt"], "act": "leakcheck"}
    values |= {"number": 1, "at": 1, "request": "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11"}
    values |= {
        "upload": "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11",
        "source": "S-0001",
        "unit": "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11",
        "ref": "A-0001",
        "form": "json",
        "run": run,
    }
    with app.test_request_context():
        chosen = {name: values[name] for name in rule.arguments}
        return str(app.url_map.bind("localhost").build(rule.endpoint, chosen))


def send(visitor: Visitor, rule: Rule, path: str, given: dict[str, object]) -> TestResponse:
    return visitor.send(rule, path, **given)


def _count(house: Household) -> int:
    """Return how many entries there are, and attempts that wait for somebody to sign them."""
    with house.archive.catalog.read() as view:
        return view.ledger.count() + view.attempts.count()


def test_a_flood_of_wrong_passphrases_is_one_entry(tmp_path: Path) -> None:
    house = found(tmp_path / "archive", Clock())
    app = create_app(house.archive)
    for typed in (NAMES[Role.AUDITOR], "what is no name"):
        stranger = Visitor(app)
        for _ in range(8):
            stranger.get("/sign-in")
            stranger.post("/sign-in", name=typed, passphrase=f"canary {typed}")
    before = _count(house)
    signed_in(app)
    told = [one for one in audit.timeline(house.archive.catalog) if one.links.get("attempt")]
    counts = {(one.links["attempt"], one.links["count"], one.outcome) for one in told}
    assert counts == {("passphrase", "5", "denied"), ("too-soon", "1", "denied")}
    assert {one.object for one in told} >= {house.archive.folder.archive_id}
    assert len({one.object for one in told}) == 2
    assert _count(house) == before - 12 + len(told) + 1
    canary_free(house, b"canary", b"no name")
    house.archive.close()


def canary_free(house: Household, *marks: bytes) -> None:
    for path in house.archive.folder.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(mark in content for mark in marks), path
