"""The finding aid as an EAD3 document, for who reads originals; the ledger knows first."""

from __future__ import annotations

from collections.abc import Collection

from archive.catalog import Snapshot
from archive.errors import NotPermitted
from archive.model.access import Action, Compartment, Level
from archive.model.arrangement import UnitId
from archive.model.description import Element
from archive.model.ids import CITATION, AccessionRef, RecordId
from archive.model.provenance import EventType
from archive.preservation.ead3 import Component, ead3
from archive.services import accessions
from archive.services.description.arranging import Aid, aid_in
from archive.services.description.describing import description_of
from archive.services.description.finding_aid import object_of
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

_TITLE = "Finding aid"
_UNNAMED = "item"


@tells_refusals(Action.READ_ORIGINALS)
def finding_aid_ead3(
    archive: Archive, session: Session, accession: AccessionRef | None = None
) -> bytes:
    """Return the finding aid with all records, or with those of an accession, as EAD3.

    Units nest as they are arranged, each with its description; records without a place follow. Of
    an accession only the units are told in which its records are placed.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound: there is no such accession.
        IntegrityError: something is not what the ledger committed to.
    """
    authorise(archive, session, Action.READ_ORIGINALS)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted
    title, about = _TITLE, object_of(archive.collection)
    if accession is not None:
        title = accessions.accession(archive, session, accession).accession.title
    links = {"level": Level.ORIGINALS.value, "format": "ead3"}
    look(archive, session, EventType.EXPORT, of="finding-aid", **links, **_of(accession))
    with archive.catalog.read() as snapshot:
        aid = aid_in(archive, session, snapshot)
        wanted = snapshot.records.holdings(archive.collection, accession)
        maker = _Maker(session, snapshot, aid, frozenset(wanted), whole=accession is None)
        found = [one for unit in aid.tree.top if (one := maker.unit(unit)) is not None]
        found += [maker.record(one) for one in wanted if one not in aid.tree.places]
    return ead3(accession or about, title, archive.clock(), found)


def _of(accession: AccessionRef | None) -> dict[str, str]:
    return {} if accession is None else {"accession": accession}


class _Maker:
    """Makes components of what is wanted; with `whole` of empty units too."""

    def __init__(
        self,
        session: Session,
        snapshot: Snapshot,
        aid: Aid,
        wanted: Collection[RecordId],
        *,
        whole: bool,
    ) -> None:
        self._session = session
        self._snapshot = snapshot
        self._aid = aid
        self._wanted = wanted
        self._whole = whole

    def unit(self, unit: UnitId) -> Component | None:
        """Return a unit with what is under it; `None` when nothing of it is wanted."""
        one = self._aid.tree.unit(unit)
        under = [made for child in one.children if (made := self.unit(child)) is not None]
        under += [self.record(record) for record in one.records if record in self._wanted]
        if not (under or self._whole):
            return None
        written = description_of(self._session, self._snapshot, unit).values
        reference = self._aid.tree.reference(unit)
        return Component(one.level.value, reference, one.title, None, written, under)

    def record(self, record: RecordId) -> Component:
        """Return a record, at the level that its description says; by default it is an item."""
        manifest = open_record(self._session, self._snapshot, record).manifest
        written = description_of(self._session, self._snapshot, record).values
        level = written.get(Element.LEVEL, _UNNAMED)
        return Component(level, f"{CITATION}{record}", manifest.title, manifest.date, written)
