"""Gather every word that pages show, bring the catalogs up to date, compile them.

    python -m tools.messages

Words come from templates, from `say`, `say_many` and `lazy` in the code of the pages, and, since
services know nothing of languages, from the messages of the error tree, from what services raise,
and from the values of the nouns. What a catalog lacks is written into it empty and printed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from enum import Enum
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import archive.model
from archive.extraction import reasons
from archive.model.description import Element
from archive.model.provenance import EventType
from archive.model.redaction import Reason
from archive.redaction.detectors import proposing_detectors
from webui.languages import LANGUAGES
from webui.wording import ERROR, WORD

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "webui" / "translations"
_KEYWORDS = {"say": None, "say_many": (1, 2), "lazy": None}
_SILENT = frozenset({Element, EventType, Reason})  # values that are no words
_OFF_THE_PAGES = (  # raised where only the command line leads
    "audit",
    "backups",
    "batch",
    "carrying",
    "checksums",
    "descriptions",
    "erasure",
    "everywhere",
    "log_files",
    "receipt_codec",
    "recovery",
    "titles",
    "unlocking",
    "virus",
    "witness",
)
_CODES = [
    "access-requests",
    "active",
    "checkpoint",
    "creator",
    "differences",
    "disabled",
    "discarded",
    "epochs",
    "everywhere",
    "face",
    "grants",
    "holdings",
    "index",
    "invited",
    "jobs",
    "language",
    "ledger",
    "log-key",
    "members",
    "modified",
    "near-duplicates",
    "operations",
    "plan",
    "policy",
    "preview",
    "proof",
    "quarantined",
    "queue",
    "read-before",
    "recognition",
    "records",
    "redaction-proof",
    "retentions",
    "saved-searches",
    "subject",
    "tag",
    "text",
    "thread",
    "title",
    "titles",
    "tokens",
    "type",
    "unsealing",
    "versions",
]
"""Codes that stand for words and are in no enumeration."""


def gathered() -> Catalog:
    """Return every message that a catalog must translate."""
    catalog = Catalog(charset="utf-8")
    for path, message, context in (*_templates(), *_pages(), *_services(), *_nouns()):
        place = str(path.relative_to(ROOT))
        known = catalog.get(message, context)
        if known is None or place not in [name for name, _ in known.locations]:
            catalog.add(message, locations=[(place, 0)], context=context)
    return catalog


Found = tuple[Path, str | tuple[str, str], str | None]


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "webui" / "templates").rglob("*.html")):
        with path.open("rb") as file:
            options = {"trimmed": "true", "silent": "false", "encoding": "utf-8"}
            for _, _, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), options):
                parts = message if isinstance(message, tuple) else (message,)
                said = [one for one in parts if one is not None]
                yield path, (said[0], said[1]) if len(said) > 1 else said[0], None


def _pages() -> Iterator[Found]:
    for path in sorted((ROOT / "webui").rglob("*.py")):
        for _, name, message, _ in extract_python(BytesIO(path.read_bytes()), _KEYWORDS, (), {}):
            if name == "say_many":
                yield path, (message[0], message[1]), None
            else:
                text = message[0] if isinstance(message, tuple) else message
                if text:
                    yield path, text, None


def _services() -> Iterator[Found]:
    errors = ROOT / "archive" / "errors"
    for path in sorted(errors.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                for text in _class_words(node):
                    yield path, text, ERROR
    for room in ("model", "redaction", "search", "services"):
        for path in sorted((ROOT / "archive" / room).rglob("*.py")):
            inside = path.relative_to(ROOT / "archive" / room).with_suffix("").parts
            if not any(part in _OFF_THE_PAGES for part in inside):
                yield from ((path, text, ERROR) for text in _said(path))


def _class_words(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        targets = [one.target] if isinstance(one, ast.AnnAssign) else getattr(one, "targets", [])
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if names & {"message", "hint"} and isinstance(one.value, ast.Constant):  # type: ignore[union-attr]
            yield one.value.value  # type: ignore[union-attr]


def _said(path: Path) -> Iterator[str]:
    """Yield what a module raises, and the texts that it marks in the list of such modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            given = [*node.exc.args, *(k.value for k in node.exc.keywords if k.arg == "hint")]
            yield from filter(None, map(words_of, given))
        elif isinstance(node, ast.Assign) and path.stem in _TEXTS:
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if names & _TEXTS[path.stem]:
                yield from _constants(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in _TEXTS.get(path.stem, ()):
            yield from _constants(node)


_TEXTS = {
    "arrival": {"_CHANGED", "_WITH_PARENT", "differing", "infected"},
    "finding": {"DAMAGED", "OUTDATED"},
    "handed_in": {"_OWN_FOLDER", "_REASONS", "explain"},
    "inbox": {"REVIEWS"},
    "ingest": {"_HELD"},
    "passphrases": {"strength"},
    "prepare": {"_EMPTY", "_TOO_DEEP", "_DECIDE"},
    "prepared": {"_DUPLICATE", "_NO_MEMORY", "_DIED"},
    "review_queue": {"reasons"},
}
"""Names of constants and functions whose texts services answer with, by module."""


def _constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        node = ast.Module(node.body[1:], [])
    inner: set[int] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr):
            inner |= {id(part) for part in ast.walk(one) if part is not one}
    for one in ast.walk(node):
        text = words_of(one) if id(one) not in inner else None
        if text and " " in text.strip():
            yield text


def words_of(node: ast.AST) -> str | None:
    """Return a literal text; what an f-string takes in becomes `%(a)s`, `%(b)s` and so on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    names = iter("abcdefgh")
    parts = [
        str(one.value) if isinstance(one, ast.Constant) else f"%({next(names)})s"
        for one in node.values
    ]
    return "".join(parts) if any(isinstance(one, ast.Constant) for one in node.values) else None


def _nouns() -> Iterator[Found]:
    for name in [found.name for found in pkgutil.iter_modules(archive.model.__path__)]:
        module = importlib.import_module(f"archive.model.{name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Enum) and kind.__module__ == module.__name__:
                for text in [] if kind in _SILENT else _values(kind):
                    yield Path(module.__file__ or ""), text, WORD
    for kind in (reasons.NoText, reasons.Concern, reasons.Refusal):
        yield from ((Path(reasons.__file__), text, ERROR) for text in _values(kind))
    events = Path(importlib.import_module("archive.model.provenance").__file__ or "")
    yield from ((events, one.name.lower().replace("_", " "), WORD) for one in EventType)
    finders = ROOT / "archive" / "redaction" / "detectors.py"
    yield from ((finders, one.name, WORD) for one in proposing_detectors())
    yield from ((Path(__file__), code, WORD) for code in _CODES)


def _values(kind: type[Enum]) -> list[str]:
    return [one.value for one in kind if isinstance(one.value, str) and one.value]


def read(tag: str) -> Catalog:
    """Return the catalog of a language as it is kept; an empty one where there is none yet."""
    path = source(tag)
    if not path.exists():
        return Catalog(locale=tag, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=tag)


def source(tag: str) -> Path:
    """Return where a language's catalog is kept as text; the compiled one lies beside it."""
    return FOLDER / tag / "LC_MESSAGES" / "messages.po"


def renewed(tag: str) -> Catalog:
    """Return a language's catalog with what pages show now, and nothing else."""
    catalog, template = read(tag), gathered()
    template.creation_date = catalog.creation_date
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = f"# {LANGUAGES[tag]}: the words of Strongroom's pages."
    catalog.project = catalog.copyright_holder = catalog.last_translator = "Strongroom"
    catalog.language_team = LANGUAGES[tag]
    catalog.fuzzy = False
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return a catalog as gettext reads it."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Bring every catalog up to date and compile it."""
    for tag in LANGUAGES:
        if tag == "en":
            continue
        catalog, path = renewed(tag), source(tag)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(read(tag)))
        lacking = [one for one in catalog if one.id and not all(_strings(one.string))]
        print(f"{path.relative_to(ROOT)}: {len(catalog)} messages, {len(lacking)} to translate")
        for one in lacking:
            print(f"  {one.locations[0][0]}: {one.id}")
    return 0


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    sys.exit(main())
