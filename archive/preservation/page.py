"""The page of a bundle that says in plain words what it shows, what it does not, how to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from archive.preservation.history import Opened, Step, short

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Evidence bundle</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{border:1px solid #777;padding:.2em .5em;text-align:left;
vertical-align:top}code{word-break:break-all}</style></head><body>
"""
_SHOWS = (
    "Each event listed below stands in the ledger of the archive, at the place that is given, and"
    " was not changed since: a hash path leads from it to the newest checkpoint in this bundle.\n"
    "The checkpoint was signed with the keys of the archive's log.\n"
    "Each event was signed with the key of a member, who had the role that is given at that place"
    " of the ledger.\n"
    "Between the first and the last event of a record that are listed, none was left out.\n"
    "Fields that are shown as opened hold what was committed to when the event was written.\n"
    "For each reading copy that is out, a file in <code>redactions</code> holds a hash of every"
    " passage of the original's text, in order, and says which of them are hidden. Whoever"
    " submitted, approved and released the copy signed all of these hashes, so that no passage was"
    " dropped without a marker. No word can be read from a hash."
)
_SHOWS_NOT = (
    "Whether the keys are those of the archive that you think of. Get them from somebody whom you"
    " trust, and give them to the checking program.\n"
    "Whether more events about the records came after the newest checkpoint in this bundle.\n"
    "Whether what an event tells is true, or whether something happened that nobody entered.\n"
    "When an event happened, other than by the clock of the machine. A time-stamp token says that"
    " the entries below it existed at its time, if you trust its authority.\n"
    "Who the members are: keys and roles are named here, not people.\n"
    "That a hidden passage deserved to be hidden, or that two members did not work together.\n"
    "What a document says. A digest that is opened lets you compare a file that you have."
)
_CHECK = """<h2>How to check it</h2>
<p>With Python 3.8 or newer and <code>openssl</code>, on any machine and without a network:</p>
<pre>python3 data/verify.py . --key VKEY --key VKEY</pre>
<p>The program is short; read it first, or let somebody read it, for it came with the bundle. With
Strongroom: <code>strongroom audit bundle-verify FOLDER --pin PIN</code>.</p>
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands at the top of the page.

    `size` is the number of entries below the newest checkpoint, `witnesses` how many lines of
    others stand on the cosigned one, `stamps` the authorities of the time-stamp tokens and the
    number of entries that each covers.
    """

    archive: str
    origin: str
    vkeys: Sequence[str]
    size: int
    root: str
    witnesses: int
    stamps: Sequence[tuple[str, int]]


def page(summary: Summary, steps: Sequence[Step], opened: Sequence[Opened]) -> bytes:
    """Return the page (HTML, UTF-8), the same bytes each time."""
    parts = [_HEAD, "<h1>Evidence bundle</h1>\n", _facts(summary)]
    parts += ["<h2>What this bundle shows</h2>\n", _items(_SHOWS)]
    parts += ["<h2>What it does not show</h2>\n", _items(_SHOWS_NOT), _CHECK]
    parts += ["<h2>Events</h2>\n", _table(steps, opened), "</body></html>\n"]
    return "".join(parts).encode()


def _facts(summary: Summary) -> str:
    stamps = "; ".join(f"{name}: {size} entries" for name, size in summary.stamps) or "none"
    rows = [
        ("Archive", summary.archive),
        ("Ledger", summary.origin),
        ("Newest checkpoint", f"{summary.size} entries, root {summary.root}"),
        ("Signature lines of witnesses", str(summary.witnesses)),
        ("Time-stamp tokens", stamps),
        *(("Key of the log", vkey) for vkey in summary.vkeys),
    ]
    cells = "".join(f"<tr><th>{a}</th><td><code>{escape(b)}</code></td></tr>\n" for a, b in rows)
    return f"<table>\n{cells}</table>\n"


def _items(texts: str) -> str:
    items = (f"<li>{text}</li>\n" for text in texts.splitlines())
    return "<ul>\n" + "".join(items) + "</ul>\n"


def _table(steps: Sequence[Step], opened: Sequence[Opened]) -> str:
    heads = ("Entry", "Time by the archive's clock", "Event", "Record", "By", "Outcome", "Opened")
    rows = ["<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>\n"]
    for step in steps:
        entry = step.entry
        mine = [f"{one.field}: {one.value}" for one in opened if one.index == step.index]
        cells = (
            str(step.index),
            entry.time,
            short(entry.type.value),
            entry.object,
            f"{entry.agent.role}, key {entry.agent.key_id}",
            entry.outcome.value,
            "; ".join(mine),
        )
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n")
    return "<table>\n" + "".join(rows) + "</table>\n"
