"""What Whoosh's writer hands over, written in our layout.

Postings go to one container: for each field its dictionary and `keys` as in every segment, and
beside them `weights` (the bits of a 32-bit number each), `values` (bytes in a row), `ends` (where
the value of each posting ends) and `lengths` (of the field in the posting's document). What
belongs to documents goes to another: lengths of fields, and stored fields as JSON, for which a
value must be text, a number, a truth value or nothing, or made of those, or bytes, or a time.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.filedb.compound import CompoundWriter

from archive.search.codec import integers, stored, terms
from archive.search.codec.container import ContainerWriter
from archive.search.codec.integers import Numbers

POSTINGS = ".pst"
DOCUMENTS = ".doc"

SIZE = 1 << 31
"""In place of the count of documents in `keys`: Whoosh's writer tells it when all is written."""


def pack(fields: dict[str, Any]) -> bytes:
    """Return stored fields as JSON."""
    return json.dumps(fields, default=_marked).encode()


def _marked(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    raise TypeError("such a value cannot be stored")


def unpack(content: bytes) -> dict[str, Any]:
    """Return the stored fields that `pack` was given."""
    fields: dict[str, Any] = json.loads(content, object_hook=_unmarked)
    return fields


def _unmarked(value: dict[str, Any]) -> Any:
    if value.keys() == {"bytes"}:
        return b64decode(value["bytes"])
    if value.keys() == {"time"}:
        return datetime.fromisoformat(value["time"])
    return value


class FieldWriter(base.FieldWriter):  # type: ignore[misc]  # whoosh has no types
    """Takes postings in the order of field, term and document."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._file = segment.create_file(storage, POSTINGS)
        self._out = ContainerWriter(self._file)
        self._names: list[str] = []
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        """Begin a field."""
        self._names.append(fieldname)
        self._terms: list[bytes] = []
        self._frequencies: list[int] = []
        self._documents: list[int] = []
        self._weights: list[float] = []
        self._values: list[bytes] = []
        self._lengths: list[int] = []

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._terms.append(text)
        self._frequencies.append(0)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Take a posting."""
        self._frequencies[-1] += 1
        self._documents.append(docnum)
        self._weights.append(weight)
        self._values.append(vbytes)
        self._lengths.append(length or 0)

    def finish_term(self) -> None:
        """End a term."""

    def finish_field(self) -> None:
        """Write the field that was begun last."""
        name = self._names[-1]
        frequencies = np.array(self._frequencies, np.int64)
        ordinals = np.repeat(np.arange(len(self._terms), dtype=np.int64), frequencies)
        keys = ordinals * SIZE + np.array(self._documents, np.int64)
        bits = np.array(self._weights, "<f4").view("<u4")
        ends = np.cumsum([len(value) for value in self._values], dtype=np.int64)
        terms.write(self._out, name, self._terms, frequencies, frequencies)
        self._out.add(f"{name}.keys", integers.encode_row(keys, ascending=True))
        self._out.add(f"{name}.weights", integers.encode_row(bits))
        self._out.add(f"{name}.values", b"".join(self._values))
        self._out.add(f"{name}.ends", integers.encode_row(ends))
        self._out.add(f"{name}.lengths", integers.encode_row(np.array(self._lengths)))

    def close(self) -> None:
        """Write the directory."""
        self._out.finish(fields=self._names)
        self._file.close()
        self.is_closed = True


class DocumentWriter(base.PerDocWriterWithColumns):  # type: ignore[misc]  # whoosh has no types
    """Takes documents in order: stored fields, lengths, and columns by Whoosh's own writers."""

    def __init__(self, storage: Any, segment: Any) -> None:
        super().__init__()
        self._storage = storage
        self._segment = segment
        self._columns = CompoundWriter(storage.temp_storage(f"{segment.indexname}.tmp"))
        self._writers: dict[str, Any] = {}
        self._lengths: dict[str, dict[int, int]] = {}
        self._contents: list[bytes] = []
        self._fields: dict[str, Any] = {}
        self.is_closed = False

    def _has_column(self, fieldname: str) -> bool:
        return fieldname in self._writers

    def _create_column(self, fieldname: str, column: Any) -> None:
        self._writers[fieldname] = column.writer(self._columns.create_file(fieldname))

    def _get_column(self, fieldname: str) -> Any:
        return self._writers[fieldname]

    def start_doc(self, docnum: int) -> None:
        """Begin a document."""
        self._docnum = docnum
        self._fields = {}

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        """Take the stored value and the length of a field."""
        if value is not None:
            self._fields[fieldname] = value
        if length:
            self._lengths.setdefault(fieldname, {})[self._docnum] = length

    def finish_doc(self) -> None:
        """End a document."""
        self._contents.append(pack(self._fields))

    def _row(self, lengths: dict[int, int]) -> Numbers:
        row = np.zeros(len(self._contents), np.int64)
        row[list(lengths)] = list(lengths.values())
        return row

    def close(self) -> None:
        """Write what belongs to documents."""
        file = self._segment.create_file(self._storage, DOCUMENTS)
        out = ContainerWriter(file)
        for name, lengths in self._lengths.items():
            out.add(f"{name}.length", integers.encode_row(self._row(lengths)))
        stored.write(out, stored.blocks_of(self._contents))
        out.finish(lengths={name: sum(rows.values()) for name, rows in self._lengths.items()})
        file.close()
        for writer in self._writers.values():
            writer.finish(len(self._contents))
        self._columns.save_as_files(self._storage, self._segment.column_filename)
        self.is_closed = True
