"""Text in hostile XML: no entity is expanded, nothing is fetched, damage is read past."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_SILENT = frozenset({"script", "style"})


def hardened(*, comments: bool) -> etree.XMLParser:
    """Return a parser that expands no entity, fetches nothing, and reads past damage."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
        remove_comments=not comments,
        remove_pis=True,
    )


def parse(data: bytes) -> etree._Element | None:
    """Return the root element, or `None` when there is none."""
    try:
        return etree.fromstring(data, hardened(comments=False))
    except (etree.XMLSyntaxError, ValueError):
        return None


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; nothing for an entity reference."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def texts_of(data: bytes) -> Iterator[str]:
    """Yield each run of text that is not blank, in order; scripts and styles are left out."""
    root = parse(data)
    if root is None:
        return
    for event, element in etree.iterwalk(root, events=("start", "end")):
        silent = event == "start" and local_name(element) in _SILENT
        content = (element.text if event == "start" else element.tail) or ""
        if content.strip() and not silent:
            yield " ".join(content.split())
