"""A register from a spreadsheet: one person a row, every row with an outcome of its own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from io import StringIO

from archive.catalog import Transaction
from archive.errors import InvalidInput, InvalidValue
from archive.model.access import Action
from archive.model.ids import SourceRef
from archive.model.sources import Threat, Trait
from archive.services.events import authorise
from archive.services.parts import Archive
from archive.services.register import all_sources, attribute
from archive.services.session import Session
from archive.services.sources.aftermath import Aftermath, Progress, foresee, take_in
from archive.services.sources.entries import NewSource, put_source, searcher

_MOST_BYTES = 1 << 24
_MOST_ROWS = 20_000
_TRAITS = tuple(trait.value for trait in Trait)
COLUMNS = ("name", "aliases", "handles", "numbers", *_TRAITS, "threat", "notes")
"""Columns of a register; `name` must be there. A cell holds several values between semicolons."""

_SEVERAL = re.compile(r"[;|\n]")
_DELIMITERS = ",;\t"


class RowOutcome(str, Enum):
    """How a row of an imported register ends."""

    REGISTERED = "registered"
    KNOWN = "known"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row, counted from 1 without the header, and how it ended; never what stands in it."""

    row: int
    outcome: RowOutcome
    source: SourceRef | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """Every row in order, and what the new forms led to."""

    rows: tuple[ImportedRow, ...]
    aftermath: Aftermath


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that can be used, or the reason why it cannot."""

    number: int
    new: NewSource | None
    reason: str | None = None


def import_sources(
    archive: Archive,
    session: Session,
    data: bytes,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Register every usable row of a CSV table (RFC 4180, UTF-8 or UTF-16 with a mark) in one act.

    A row whose forms one source has already is known; one that shares its name with a source but
    has other forms is rejected, since only a person can tell whether it is the same person. With
    `dry_run` nothing is changed and new rows have no pseudonym.

    Raises:
        NotPermitted: the member may not manage sources.
        InvalidValue: it is no such table.
    """
    authorise(archive, session, Action.MANAGE_SOURCES)
    rows = list(_rows(data))
    known = {form: one.source for one in all_sources(archive, session) for form in one.forms}
    fresh, outcomes = _sorted_out(rows, known)
    if not fresh:
        return Imported(tuple(outcomes), Aftermath())
    finder = searcher([form for _, new in fresh for form in new.registered().forms])
    if dry_run:
        outcomes += [ImportedRow(number, RowOutcome.REGISTERED) for number, _ in fresh]
        return Imported(_in_order(outcomes), foresee(archive, session, finder, progress))

    def change(tx: Transaction) -> list[ImportedRow]:
        return [
            ImportedRow(number, RowOutcome.REGISTERED, put_source(archive, session, tx, new).source)
            for number, new in fresh
        ]

    made, aftermath = take_in(archive, session, finder, change, progress)
    return Imported(_in_order([*outcomes, *made]), aftermath)


def _in_order(rows: Sequence[ImportedRow]) -> tuple[ImportedRow, ...]:
    return tuple(sorted(rows, key=lambda one: one.row))


def _sorted_out(
    rows: Sequence[_Row], known: dict[str, SourceRef]
) -> tuple[list[tuple[int, NewSource]], list[ImportedRow]]:
    """Return rows to be registered, and the outcomes of all others."""
    fresh: list[tuple[int, NewSource]] = []
    outcomes: list[ImportedRow] = []
    seen: dict[str, int] = {}
    for row in rows:
        if row.new is None:
            outcomes.append(ImportedRow(row.number, RowOutcome.REJECTED, None, row.reason))
            continue
        source = row.new.registered()
        owners = {known[form] for form in source.forms if form in known}
        earlier = sorted({seen[form] for form in source.forms if form in seen})
        if len(owners) == 1 and all(form in known for form in source.forms):
            outcomes.append(ImportedRow(row.number, RowOutcome.KNOWN, owners.pop()))
        elif owners:
            reason = f"{min(owners)} has a form of this row; add the others with `source alias`."
            outcomes.append(ImportedRow(row.number, RowOutcome.REJECTED, min(owners), reason))
        elif earlier:
            reason = f"Row {earlier[0]} has a form of this row; put both on one row, or correct it."
            outcomes.append(ImportedRow(row.number, RowOutcome.REJECTED, None, reason))
        else:
            fresh.append((row.number, row.new))
            seen.update(dict.fromkeys(source.forms, row.number))
    return fresh, outcomes


def _rows(data: bytes) -> Iterator[_Row]:
    if len(data) > _MOST_BYTES:
        raise InvalidValue("A register is at most 16 MiB.")
    text = _text(data)
    head = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        _check_columns(columns)
        for number, cells in enumerate((row for row in reader if any(row)), start=1):
            if number > _MOST_ROWS:
                raise InvalidValue(f"A register has at most {_MOST_ROWS} rows.")
            yield _row(number, columns, cells)
    except csv.Error:
        raise InvalidValue("The table is not well-formed CSV; nothing was changed.") from None


def _text(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidValue(
            "The table is not in UTF-8; nothing was changed.", hint="Save it as CSV in UTF-8."
        ) from None


def _check_columns(columns: Sequence[str]) -> None:
    unknown = [str(n) for n, name in enumerate(columns, start=1) if name not in COLUMNS]
    if unknown or "name" not in columns or len(set(columns)) < len(columns):
        raise InvalidValue(
            f"The header row cannot be used; column {unknown[0] if unknown else 'name'} is the "
            "first that is unknown, missing or twice there.",
            hint=f"The columns are {', '.join(COLUMNS)}; nothing was changed.",
        )


def _row(number: int, columns: Sequence[str], cells: Sequence[str]) -> _Row:
    if len(cells) > len(columns):
        return _Row(number, None, "The row has more cells than the header.")
    given = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    try:
        new = NewSource(
            given.get("name", ""),
            _several(given.get("aliases", "")),
            _several(given.get("handles", "")),
            _several(given.get("numbers", "")),
            attributes=tuple(
                attribute(trait, value)
                for trait in _TRAITS
                for value in _several(given.get(trait, ""))
            ),
            threat=_threat(given.get("threat", "")),
            notes=given.get("notes", ""),
        )
        new.registered()
    except InvalidInput as error:
        return _Row(number, None, error.public_message)
    return _Row(number, new)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in _SEVERAL.split(cell))))


def _threat(cell: str) -> Threat:
    try:
        return Threat(cell.lower()) if cell else Threat.HIGH
    except ValueError:
        known = ", ".join(one.value for one in Threat)
        raise InvalidValue(f"A threat level is one of {known}.") from None
