"""What the indexes hold of a record: documents made of manifests, texts and reading copies."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archive.model.ids import RecordId
from archive.model.objects import Manifest
from archive.model.redaction import ReadingCopy
from archive.model.search import IndexDocument
from archive.services.indexes.thread_ids import thread_ids, thread_word

_SEARCHED = ("from", "to", "cc", "author", "subject", "keywords", "description")
_YEAR = re.compile(r"(\d{4})(?:-(\d{2}))?")
_SOURCE = re.compile(r"\[Source (\d+)\]")  # the marker of a source in a reading copy
_BESIDE = 1000  # letters, for what a document holds beside its text
_LETTERS = 1 << 24  # in what is kept: 64 MiB at most, with what is beside the texts


class Fresh:
    """Documents of records that this process has just stored, for the index to take as they are.

    Opening a sealed record again costs more than storing it did. What is more than can be kept in
    memory is left to be opened.
    """

    def __init__(self) -> None:
        self._kept: dict[RecordId, tuple[str, IndexDocument]] = {}
        self._letters = 0

    def keep(self, manifest: str, document: IndexDocument) -> None:
        """Keep the document of the record whose sealed manifest has that SHA-256, if it fits."""
        letters = len(document.text) + _BESIDE
        if self._letters + letters <= _LETTERS:
            self._letters += letters
            self._kept[document.record] = manifest, document

    def of(self, manifests: Mapping[RecordId, str]) -> dict[RecordId, IndexDocument]:
        """Return what is kept of records whose manifest is still the one that was stored."""
        kept = self._kept
        return {
            record: kept[record][1]
            for record, manifest in manifests.items()
            if record in kept and kept[record][0] == manifest
        }


def original_document(manifest: Manifest, text: str | None) -> IndexDocument:
    """Return what archivists search of a record: its text, its title, what was told of it.

    A mail has a word for each mail of its thread that it names, by which the thread is found.
    """
    thread = " ".join(map(thread_word, thread_ids(manifest.metadata)))
    parts = [text or "", *_beside(manifest), thread]
    return IndexDocument(
        record=manifest.record,
        title=manifest.title,
        text="\n\n".join(filter(None, parts)),
        date=manifest.date,
        language=manifest.language,
        facets=_facets(manifest),
    )


def reading_document(record: RecordId, copy: ReadingCopy) -> IndexDocument:
    """Return what researchers search of a record: its reading copy and nothing else."""
    sources = (_SOURCE.fullmatch(marker.label) for marker in copy.markers)
    facets = _present(
        {
            **_times(copy.date),
            "type": (copy.metadata.get("kind"),),
            "source": tuple(f"S-{found[1]}" for found in sources if found),
        }
    )
    return IndexDocument(
        record=record,
        title=copy.title,
        text=copy.text,
        date=copy.date,
        language=copy.language,
        facets=facets,
    )


def _beside(manifest: Manifest) -> list[str]:
    """Return what else an archivist looks for: what a file says of itself, and what was told of it.

    A photograph or a recording has nothing but this and its title.
    """
    embedded = (manifest.metadata.get(name, "") for name in _SEARCHED)
    said = dict.fromkeys([*embedded, *manifest.description.values(), manifest.name])
    return [one for one in said if one and one != manifest.title]


def _facets(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    return _present(
        {
            **_times(manifest.date),
            "type": (manifest.media_type,),
            "source": (manifest.source,),
            "accession": (manifest.accession,),
            "tag": tuple(manifest.description.get("subject", "").split(";")),
        }
    )


def _times(date: str | None) -> dict[str, tuple[str | None, ...]]:
    """Return year and month of an ISO 8601 date, as far as it has them."""
    found = _YEAR.match(date or "")
    return {"year": (found[1],), "month": (found[2] and found[0],)} if found else {}


def _present(facets: dict[str, tuple[str | None, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the facets that have values, each value once and in order."""
    kept = {
        name: tuple(sorted({" ".join(value.split()) for value in values if value} - {""}))
        for name, values in facets.items()
    }
    return {name: values for name, values in kept.items() if values}
