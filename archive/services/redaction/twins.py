"""Near-duplicates at the gate: what one of two records hides, the other must not show.

It is all the same which of them went out first: a copy is blocked by what a released twin shows of
what it hides, and by what it shows of what a released twin hides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from archive.catalog import Snapshot
from archive.errors import BindingMismatch, IntegrityError, ObjectMissing, RecordNotFound
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import CanonicalText
from archive.model.receipt import Near
from archive.model.redaction import Leak, PlanState, ReadingCopy, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, leaks, text_digest
from archive.services.parts import Archive
from archive.services.reading import RELEASED, released_copy
from archive.services.records import OpenRecord, canonical_text, open_record
from archive.services.redaction.plans import WORDLESS, Desk, StoredPlan, plan_history
from archive.services.session import Session

Nearest = Callable[[RecordId], tuple[Near, ...]]
"""Returns the records whose texts are similar to that of a record."""

_LETTERS = 3  # letters and digits; fewer are in any text
_LONGEST = 200  # code points of a hidden stretch that is looked for


def twins(
    archive: Archive,
    session: Session,
    plan: RedactionPlan,
    text: str,
    copy: ReadingCopy,
    nearest: Nearest,
) -> tuple[Leak, ...]:
    """Return where a copy and its released near-duplicates show what the plan of the other hides.

    `plan` hides places of `text`, and `copy` is what it leaves. Places of `twin:RECORD` are in the
    near-duplicate's copy, those of `hidden-in:RECORD` in this one. A near-duplicate shares half of
    the shingles of the original texts or more.
    """
    hidden = _hidden(plan, text)
    found: list[Leak] = []
    for near in nearest(plan.record):
        try:
            with archive.catalog.read() as snapshot:
                twin = released_copy(session, snapshot, near.record)
                desk = released_desk(archive, session, snapshot, near.record)
        except (RecordNotFound, IntegrityError, ObjectMissing):
            continue
        found += _shown(twin, hidden, f"twin:{near.record}")
        if desk.stored is not None:
            theirs = _hidden(desk.stored.plan, desk.text.text)
            found += _shown(copy, theirs, f"hidden-in:{near.record}")
    return tuple(found)


def released_desk(archive: Archive, session: Session, snapshot: Snapshot, record: RecordId) -> Desk:
    """Return a record as it was when its reading copy went out: that plan, and the text of it.

    Raises:
        RecordNotFound: nothing is released under that id.
        BindingMismatch: what is stored is not what was written.
    """
    row = snapshot.releases.get(record)
    if row is None or row.state != RELEASED:
        raise RecordNotFound
    opened = open_record(session, snapshot, record)
    for stored in reversed(plan_history(session, snapshot, opened)):
        if stored.state is PlanState.RELEASED and stored.row.copy_digest == row.copy_digest:
            return Desk(opened, _text_of(archive, opened, stored), stored)
    raise BindingMismatch


def _text_of(archive: Archive, opened: OpenRecord, stored: StoredPlan) -> CanonicalText:
    for one in reversed(opened.manifest.texts):
        text = canonical_text(archive, opened, one.version)
        if text is not None and text_digest(text.text) == stored.plan.text_digest:
            return text
    if stored.plan.text_digest != text_digest(WORDLESS.text):
        raise BindingMismatch
    return WORDLESS


def _hidden(plan: RedactionPlan, text: str) -> dict[str, SourceRef | None]:
    """Return what a plan hides that can be told from other words, and whose it is."""
    words = {text[one.start : one.end].strip(): one.source for one in plan.redactions}
    return {word: source for word, source in words.items() if _tells(word)}


def _shown(copy: ReadingCopy, hidden: Mapping[str, SourceRef | None], field: str) -> Iterator[Leak]:
    if not hidden:
        return
    words = tuple(hidden)
    forms = [SourceForms(SourceRef(str(n)), (word,)) for n, word in enumerate(words)]
    for leak in leaks(copy, SourceMatcher(forms, derive=False)):
        if leak.source is not None:
            yield replace(leak, field=field, source=hidden[words[int(leak.source)]])


def _tells(word: str) -> bool:
    return sum(map(str.isalnum, word)) >= _LETTERS and len(word) <= _LONGEST
