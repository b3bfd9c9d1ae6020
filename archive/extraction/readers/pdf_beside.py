"""What a PDF says beside the content of its pages: comments, forms, bookmarks, links, layers.

A viewer shows it and pdfium's text does not have it. It is read with pikepdf (qpdf): nothing is
run, no stream is decoded beyond a size, no loop is walked twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from archive.errors import ReaderFailed
from archive.extraction.limits import DEFAULT_LIMITS
from archive.extraction.readers.pdf_objects import (
    Visits,
    entry,
    is_dictionary,
    items,
    stream_bytes,
    text,
)
from archive.extraction.readers.xml_text import texts_of
from archive.model.objects import Attachment

_ACTIONS = {  # 12.6.4: what does more than move the view; URI actions are links
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit-form",
    "/ImportData": "import-data",
    "/GoToE": "embedded-target",
    "/Rendition": "rendition",
    "/RichMediaExecute": "rich-media",
}
_PLAYERS = {"/RichMedia": "rich-media", "/3D": "3d", "/Movie": "movie", "/Sound": "sound"}
_COMMENT = ("/T", "/Subj", "/Contents")  # 12.5.6.2: author, subject, comment
_FIELD = ("/TU", "/V", "/RV", "/Opt")  # 12.7.4: label, value, rich value, choices
_CAPTIONS = ("/CA", "/RC", "/AC")  # 12.5.6.19, of a button: at rest, under the pointer, pressed
_STORAGE_BYTES = DEFAULT_LIMITS.attachment_bytes // 2
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_RECONSTRUCTED = "reconstruct"  # in qpdf's warning that it looked for objects without a table

# Process-wide (qpdf). A stream that takes more is left undecoded.
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=10_000,
    max_stream_filters=8,
    flate_max_memory=256 << 20,
    run_length_max_memory=256 << 20,
    png_max_memory=256 << 20,
    tiff_max_memory=256 << 20,
    dct_max_memory=256 << 20,
)


@dataclass(slots=True)
class Beside:
    """Lines of text under the name of what they are from, and what else the structure tells."""

    sections: dict[str, dict[str, None]] = field(default_factory=dict)  # insertion order, no twins
    attachments: list[Attachment] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    xmp: bytes = b""
    encrypted: bool = False
    damaged: bool = False
    complete: bool = True

    def say(self, section: str, *parts: str) -> None:
        """Add a line of the parts that are not blank."""
        shown = [part for part in (one.strip() for one in parts) if part]
        if shown:
            self.sections.setdefault(section, {})[": ".join(shown)] = None

    def text(self) -> str:
        """Return all sections, each under a line with its name."""
        return "\n\n".join(
            "\n".join((f"[{name}]", *lines)) for name, lines in self.sections.items()
        )


def read_beside(data: bytes) -> Beside:
    """Return what stands beside the pages; what cannot be read is left out and said so."""
    found = Beside()
    try:
        with pikepdf.open(BytesIO(data)) as document:
            _read(document, found)
            warnings = [str(one) for one in document.get_warnings()]
            found.damaged = any(_RECONSTRUCTED in one for one in warnings)
    except Exception:  # any fault of the second parser leaves the text of the first as it is
        found.complete = False
    return found


def repaired(data: bytes) -> bytes:
    """Return a PDF written anew from the objects that can still be found.

    Raises:
        ReaderFailed: none can.
    """
    written = BytesIO()
    try:
        with pikepdf.open(BytesIO(data)) as document:
            document.save(written)
    except Exception:  # pikepdf raises what its parser, Python and C++ raise
        written = BytesIO()
    if not written.tell():
        raise ReaderFailed
    return written.getvalue()


def _read(document: pikepdf.Pdf, found: Beside) -> None:
    root = document.Root
    found.encrypted = document.is_encrypted
    parts: tuple[Callable[[], None], ...] = (
        lambda: _Annotations(found).read(document),
        lambda: _fields(root, found),
        lambda: _bookmarks(root, found),
        lambda: _layers(root, found),
        lambda: _described(root, found),
        lambda: _form_data(root, found),
        lambda: _catalog_actions(root, found),
        lambda: _associated(root, found),
    )
    for part in parts:
        try:
            part()
        except Exception:  # one damaged part does not take the others with it
            found.complete = False
    found.xmp = stream_bytes(entry(root, "/Metadata"))


class _Annotations:
    """Comments, links and files on pages (12.5)."""

    def __init__(self, found: Beside) -> None:
        self._found = found
        self._visits = Visits()

    def read(self, document: pikepdf.Pdf) -> None:
        """Read the annotations of all pages."""
        for number, page in enumerate(document.pages, start=1):
            note_actions(page.obj, self._found)
            for annotation in items(page.obj.get("/Annots")):
                if is_dictionary(annotation) and self._visits.first(annotation):
                    self._one(annotation, f"page {number}")
        self._found.complete &= self._visits.complete

    def _one(self, annotation: Any, page: str) -> None:
        note_actions(annotation, self._found)
        kind = str(entry(annotation, "/Subtype"))
        if kind in _PLAYERS:
            self._found.active.add(_PLAYERS[kind])
        target = text(entry(annotation, "/A", "/URI")) or text(entry(annotation, "/A", "/F", "/F"))
        self._found.say("links", target)
        attach(entry(annotation, "/FS"), self._found)
        if kind == "/Widget":
            caption = [text(entry(annotation, "/MK", key)) for key in _CAPTIONS]
            self._found.say("form fields", *caption)
            _field(annotation, self._found)
            return
        said = [text(entry(annotation, key)) for key in _COMMENT]
        rich = _markup_text(text(entry(annotation, "/RC")))
        if rich.split() != said[-1].split():
            said.append(rich)
        if any(said[1:]) or (said[0] and kind != "/Link"):
            self._found.say("annotations", page, *said)


def _fields(root: Any, found: Beside) -> None:
    """Read the form fields that the document lists, whether a page shows them or not (12.7.3)."""
    visits = Visits()
    for node in visits.tree(entry(root, "/AcroForm", "/Fields"), "/Kids"):
        note_actions(node, found)
        _field(node, found)
    found.complete &= visits.complete


def _field(node: Any, found: Beside) -> None:
    """Read name, label, values and choices of a field."""
    values = [value for key in _FIELD for value in _flat(entry(node, key))]
    if values or entry(node, "/T") is not None:
        found.say("form fields", _full_name(node), *dict.fromkeys(values))


def _full_name(node: Any) -> str:
    """Return the fully qualified name of a field (12.7.4.2)."""
    names, visits = [], Visits()
    while is_dictionary(node) and visits.first(node):
        name = text(entry(node, "/T"))
        names += [name] if name else []
        node = entry(node, "/Parent")
    return ".".join(reversed(names))


def _flat(value: Any) -> Iterator[str]:
    """Yield the text in a value: a string, a stream, or an array of strings or pairs of them."""
    for one in items(value):
        for part in items(one):
            content = text(part)
            yield _markup_text(content) if content.startswith("<?xml") else content


def _bookmarks(root: Any, found: Beside) -> None:
    """Read the titles of the outline (12.3.3), depth first; siblings hang on `/Next`."""
    visits = Visits()
    waiting = [entry(root, "/Outlines", "/First")]
    while waiting:
        node = waiting.pop()
        if not is_dictionary(node) or not visits.first(node):
            continue
        found.say("bookmarks", text(entry(node, "/Title")))
        found.say("links", text(entry(node, "/A", "/URI")))
        note_actions(node, found)
        waiting += [entry(node, "/Next"), entry(node, "/First")]
    found.complete &= visits.complete


def _layers(root: Any, found: Beside) -> None:
    """Read the names of optional content groups (8.11.2)."""
    for group in items(entry(root, "/OCProperties", "/OCGs"))[:1_000]:
        found.say("layers", text(entry(group, "/Name")))


def _described(root: Any, found: Beside) -> None:
    """Read what stands for pictures and abbreviations (14.9.3 to 14.9.5)."""
    visits = Visits()
    for node in visits.tree(entry(root, "/StructTreeRoot", "/K"), "/K"):
        for key in ("/Alt", "/ActualText", "/E"):
            found.say("descriptions", text(entry(node, key)))
    found.complete &= visits.complete


def _form_data(root: Any, found: Beside) -> None:
    """Read the text in an XFA form (Adobe XFA 3.3), which viewers show in place of the pages."""
    parts = items(entry(root, "/AcroForm", "/XFA"))
    streams = [part for part in parts if isinstance(part, pikepdf.Stream)]
    if not streams:
        return
    found.active.add("xfa")
    whole = b"".join(map(stream_bytes, streams))
    for line in texts_of(whole):
        found.say("xfa form", line)


def _catalog_actions(root: Any, found: Beside) -> None:
    """Note what would run when the document is opened (12.6.3) or stands ready to be called."""
    note_actions(root, found, "/OpenAction")
    if entry(root, "/Names", "/JavaScript") is not None:
        found.active.add("javascript")


def _associated(root: Any, found: Beside) -> None:
    """Read the files that the document is said to be about (14.13)."""
    for one in items(entry(root, "/AF"))[: DEFAULT_LIMITS.attachments]:
        attach(one, found)


def note_actions(node: Any, found: Beside, *keys: str) -> None:
    """Note what the actions of `node` would do, with a few that follow each (12.6.2)."""
    waiting = [entry(node, key) for key in ("/A", *keys)]
    triggers = entry(node, "/AA")
    if isinstance(triggers, pikepdf.Dictionary):
        waiting += [triggers.get(key) for key in list(triggers.keys())[:32]]
    for _ in range(64):
        if not waiting:
            return
        action = waiting.pop()
        kind = str(entry(action, "/S"))
        if kind in _ACTIONS:
            found.active.add(_ACTIONS[kind])
        waiting += items(entry(action, "/Next"))
    found.complete = False


def attach(specification: Any, found: Beside) -> None:
    """Take the file that a file specification embeds (7.11.4), unless it was taken before."""
    stream = entry(specification, "/EF", "/UF") or entry(specification, "/EF", "/F")
    if not isinstance(stream, pikepdf.Stream):
        return
    held = sum(len(one.data) for one in found.attachments)
    try:
        data = bytes(stream.read_bytes())
    except (pikepdf.PikepdfError, MemoryError):
        found.complete = False
        return
    if len(found.attachments) >= DEFAULT_LIMITS.attachments or held + len(data) > _STORAGE_BYTES:
        found.complete = False
    elif all(one.data != data for one in found.attachments):
        name = text(entry(specification, "/UF")) or text(entry(specification, "/F"))
        found.attachments.append(Attachment(name, _UNTOLD, data))


def _markup_text(markup: str) -> str:
    """Return the text of a rich text string (12.7.4.4), which is XHTML."""
    return " ".join(texts_of(markup.encode("utf-8"))) if markup else ""
