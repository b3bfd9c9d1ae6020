"""Accessions: one receipt of material, from whom it came and on what terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from archive.model.ids import AccessionRef, SourceRef


class AccessionState(str, Enum):
    """Whether files may still be taken into an accession."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CustodyTransfer:
    """One change of hands (PREMIS event `transfer`): `giver` and `receiver` are free text."""

    date: date
    giver: str
    receiver: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Accession:
    """One receipt of material; everything but `ref` is confidential.

    `donor` is free text, `source` the pseudonym of a registered source. Nothing of the accession is
    released before the day `embargo` begins, in UTC.
    """

    ref: AccessionRef
    title: str
    received: date
    donor: str = ""
    source: SourceRef | None = None
    agreement: str = ""
    restrictions: tuple[str, ...] = ()
    embargo: date | None = None
    transfers: tuple[CustodyTransfer, ...] = ()
