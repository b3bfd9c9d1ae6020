"""Looking for secrets in the memory of processes, page by page, in every form at once."""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from tests.threats.agent_rig import words_of

_PAGE = os.sysconf("SC_PAGESIZE")  # bytes
_HELD = (1 << 63) | (1 << 62)  # present or swapped (Documentation/admin-guide/mm/pagemap.rst)
_PIECE = 16 << 20  # bytes
_LONGEST = 1 << 10  # bytes of a secret in its longest form


def below(pid: int) -> set[int]:
    """Return every process that descends from one, whichever thread forked it."""
    try:
        lists = [one.read_text() for one in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return set()
    forked = {int(child) for told in lists for child in told.split()}
    return forked.union(*map(below, forked))


def forms(secret: bytes) -> set[bytes]:
    """Return a secret as it is, in hex, in base64 at every alignment, and each in UTF-16."""
    raw = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for shift in range(3):
        first, last = -(-shift * 8 // 6), (shift + len(secret)) * 8 // 6
        raw.add(base64.b64encode(bytes(shift) + secret + bytes(2))[first:last])
    return raw | {one.decode("latin-1").encode("utf-16-le") for one in raw}


def memory(pid: int) -> Iterator[bytes]:
    """Yield what a process may write and holds, in pieces that overlap by `_LONGEST`."""
    with (
        Path(f"/proc/{pid}/mem").open("rb", 0) as mem,
        Path(f"/proc/{pid}/pagemap").open("rb") as at,
    ):
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                begin, end = (int(one, 16) for one in span.split("-"))
                at.seek(begin // _PAGE * 8)
                table = at.read((end - begin) // _PAGE * 8)
                for first, last in _runs(begin, table):
                    yield from _read(mem.fileno(), first, last)


def _runs(begin: int, table: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of a mapping that are held, from its entries of the page map."""
    first = None
    for number, (entry,) in enumerate(struct.iter_unpack("<Q", table)):
        here = begin + number * _PAGE
        if entry & _HELD and first is None:
            first = here
        elif not entry & _HELD and first is not None:
            yield first, here
            first = None
    if first is not None:
        yield first, begin + len(table) // 8 * _PAGE


def _read(mem: int, first: int, last: int) -> Iterator[bytes]:
    for here in range(first, last, _PIECE):
        try:
            yield os.pread(mem, min(_PIECE + _LONGEST, last - here), here)
        except OSError:
            continue


class Scan:
    """A search for many secrets by kind; what is looked for is told once."""

    def __init__(self, kinds: Mapping[str, Iterable[bytes]]) -> None:
        self._forms = {
            form: kind for kind, some in kinds.items() for one in some for form in forms(one)
        }
        self._first = np.zeros(1 << 16, dtype=bool)
        self._next = np.zeros(1 << 16, dtype=bool)
        for form in self._forms:
            self._first[int.from_bytes(form[:2], "little")] = True
            self._next[int.from_bytes(form[2:4], "little")] = True
        self._heads: dict[bytes, list[bytes]] = {}
        for form in self._forms:
            self._heads.setdefault(form[:4], []).append(form)

    def found(self, pids: Iterable[int]) -> set[str]:
        """Return the kinds that any of some processes holds, with what the process runs."""
        told = set()
        for pid in pids:
            try:
                words = words_of(pid).replace(b"\0", b" ").decode()
                kinds = {kind for piece in memory(pid) for kind in self.within(piece)}
            except (FileNotFoundError, ProcessLookupError):
                continue
            told |= {f"{kind} in {words[-60:]}" for kind in kinds}
        return told

    def within(self, piece: bytes) -> set[str]:
        """Return the kinds that stand in some bytes."""
        octets = np.frombuffer(piece, dtype=np.uint8)
        pairs = octets[:-1].astype(np.uint16)
        pairs |= octets[1:].astype(np.uint16) << 8
        places = np.flatnonzero(self._first[pairs[:-2]])
        places = places[self._next[pairs[places + 2]]]
        return {
            self._forms[form]
            for place in places.tolist()
            for form in self._heads.get(piece[place : place + 4], ())
            if piece.startswith(form, place)
        }
