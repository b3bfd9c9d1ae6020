"""What all released documents say about one source together, and how many people that fits.

A name can be hidden everywhere and a person be known all the same: by the village of one document,
the trade of another and the sister of a third (k-anonymity, Sweeney 2002). Counted are attributes
that the register has of the source and that stand near the pseudonym in reading copies; the people
are those of the register, so a small register warns rather too often.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.catalog import Snapshot
from archive.errors import CrowdTooSmall, IntegrityError, RecordNotFound
from archive.ledger import parse_entry
from archive.model.access import Level
from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import ReadingCopy
from archive.model.search import SearchRequest
from archive.model.sources import Attribute, Registered, SourceForms
from archive.redaction import SourceMatcher, label_of, said
from archive.search import wire
from archive.services.codec import encode
from archive.services.indexes.finding import ask
from archive.services.parts import Archive
from archive.services.reading import released_copy
from archive.services.register import all_sources
from archive.services.session import Session

ENOUGH = 5
"""People of the register that a description must fit; fewer are a warning."""

_NEAR = 300  # code points on each side of a pseudonym
_MOST = 2000  # released records of one source that are looked through


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people of the register fit what is said about a source, and in how many records.

    `traits` are the kinds of what is said, never the values.
    """

    source: SourceRef
    fits: int
    records: int
    traits: tuple[str, ...]


def thin_crowds(archive: Archive, session: Session, copy: ReadingCopy) -> tuple[Crowd, ...]:
    """Return the sources of a copy whose description, with this copy, fits too few people.

    Raises:
        NotPermitted: the session holds no identity of `originals` or `reading`.
    """
    register = all_sources(archive, session)
    labels = {marker.label for marker in copy.markers}
    named = [one for one in register if label_of(one.source) in labels and one.attributes]
    crowds = (_crowd(archive, session, copy, source, register) for source in named)
    return tuple(one for one in crowds if one.traits and one.fits < ENOUGH)


def _crowd(
    archive: Archive,
    session: Session,
    copy: ReadingCopy,
    source: Registered,
    register: Sequence[Registered],
) -> Crowd:
    forms = [
        SourceForms(SourceRef(str(number)), (one.value,))
        for number, one in enumerate(source.attributes)
    ]
    finder = SourceMatcher(forms, derive=False)
    told: set[Attribute] = set()
    records = 0
    for one in (copy, *_others(archive, session, copy.record, source.source)):
        here = {source.attributes[int(found)] for found in _near(one, source.source, finder)}
        told |= here
        records += bool(here)
    fits = sum(told <= _alike(one, told) for one in register)
    return Crowd(source.source, fits, records, tuple(sorted({one.trait.value for one in told})))


def _alike(one: Registered, told: set[Attribute]) -> set[Attribute]:
    """Return those of `told` that are true of somebody, however they are cased."""
    known = {(mine.trait, mine.value.casefold()) for mine in one.attributes}
    return {each for each in told if (each.trait, each.value.casefold()) in known}


def _near(copy: ReadingCopy, source: SourceRef, finder: SourceMatcher) -> set[SourceRef]:
    """Return what of an attribute list stands near the pseudonym in a copy."""
    text, label = said(copy.text, copy.markers), label_of(source)
    found: set[SourceRef] = set()
    for marker in copy.markers:
        if marker.label == label:
            window = text[max(0, marker.start - _NEAR) : marker.end + _NEAR]
            found |= {match.source for match in finder.find(window)}
    return found


def _others(
    archive: Archive, session: Session, but: RecordId, source: SourceRef
) -> Iterator[ReadingCopy]:
    """Yield the other released copies that carry a pseudonym, as the reading index knows them."""
    request = SearchRequest("source", facets={"source": (source,)})
    question = {"act": "export", "request": wire.encode_request(request)}
    hits = ask(archive, session, Level.READING, question).value or ()
    for hit in list(map(wire.decode_hit, hits))[:_MOST]:
        if hit.record == but:
            continue
        try:
            with archive.catalog.read() as snapshot:
                yield released_copy(session, snapshot, hit.record)
        except (RecordNotFound, IntegrityError):
            continue


def known_crowds(
    archive: Archive, session: Session, copy: ReadingCopy, *, known: bool
) -> dict[str, str]:
    """Return what the entry of an approval links to: nothing, or that the approver is warned.

    Raises:
        CrowdTooSmall: there is a warning and it is not `known`.
    """
    crowds = thin_crowds(archive, session, copy)
    if not crowds:
        return {}
    if not known:
        raise CrowdTooSmall(sources=len(crowds))
    return {"acknowledged": acknowledgement(copy, crowds)}


def acknowledgement(copy: ReadingCopy, crowds: Sequence[Crowd]) -> str:
    """Return what an approver signs who knows of these warnings: a digest under the copy's salt."""
    body = [[one.source, one.fits, one.records, *one.traits] for one in crowds]
    return hashlib.sha256(bytes.fromhex(copy.salt) + encode(sorted(body))).hexdigest()


def acknowledged(
    snapshot: Snapshot, entry_index: int, copy: ReadingCopy, crowds: Sequence[Crowd]
) -> bool:
    """Return whether the approval at `entry_index`, which was checked before, knew of them all."""
    if not crowds:
        return True
    wanted = acknowledgement(copy, crowds)
    return any(
        parse_entry(row.body).links.get("acknowledged") == wanted
        for row in snapshot.ledger.entries(entry_index, entry_index + 1)
    )
