"""T3: a copy that comes back after a new alias does not tell whose alias it was that went.

Whoever kept the earlier copy knows the words that are hidden now. A pseudonym in their place would
name the source behind it, in this record and in every other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.errors import RecordNotFound
from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import Method, Reason, Redaction
from archive.model.search import SearchRequest
from archive.redaction import merge, unlinked
from archive.services.reading_room import access, exports
from archive.services.reading_room.exports import Form
from archive.services.redaction import redact
from archive.services.sources import entries as sources
from tests.small_archive import Small, build, propose_registered, take_in

ALIAS = "copper kettles"
S1 = SourceRef("S-0001")
ANOTHER = "Two copper kettles came over the river."


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


def let_out(small: Small, record: RecordId) -> str:
    """Submit, approve and release the plan of a record; return what a researcher then reads."""
    redact.submit(small.archive, small.people["custodian"], record)
    redact.approve(small.archive, small.people["archivist"], record)
    redact.release(small.archive, small.people["archivist"], record)
    return access.show(small.archive, small.people["researcher"], record).text


def test_what_could_be_read_comes_back_without_a_pseudonym(small: Small) -> None:
    archive, me, record = small.archive, small.people["custodian"], small.released
    (fresh,) = take_in(small, ANOTHER)
    sources.add_alias(archive, me, S1, ALIAS)
    with pytest.raises(RecordNotFound):
        access.show(archive, small.people["researcher"], record)
    back = "[Source 0001] counted [redacted: S1] at the ferry."
    assert let_out(small, record) == back
    taken = exports.export(archive, small.people["researcher"], record, Form.TEXT)
    title, _, text = taken.data.decode().partition("\n\n")
    assert text.strip() == back
    assert "Source" not in title.replace("[Source 0001] counted [redacted: S1]", "")
    plan = redact.plan(archive, me, record)
    assert {one.source for one in plan.redactions} == {S1}
    propose_registered(archive, me, fresh)
    assert let_out(small, fresh) == "Two [Source 0001] came over the river."
    asked = SearchRequest("ferry OR river", facets={"source": (S1,)})
    found = access.search(archive, small.people["researcher"], asked)
    assert {hit.record for hit in found.hits} == {record, fresh}


def test_no_later_plan_brings_the_pseudonym_back(small: Small) -> None:
    archive, me, record = small.archive, small.people["custodian"], small.released
    redact.withdraw(archive, small.people["archivist"], record, "second thoughts")
    text = access.show(archive, me, record).text
    at = text.index(ALIAS)
    redact.unmark(archive, me, record, (at, at + 1))
    propose_registered(archive, me, record)
    assert let_out(small, record) == "[Source 0001] counted [redacted: S1] at the ferry."
    redact.mark(archive, me, record, text=f"counted {ALIAS} at")
    assert let_out(small, record) == "[Source 0001] [redacted: S1] the ferry."


def test_a_place_joined_with_one_that_could_be_read_has_no_pseudonym() -> None:
    text = "Jorun Vastrahl came, and Vastrahl went."
    known = Redaction(0, 5, Reason.SOURCE_IDENTITY, Method.REGISTER, "register", S1)
    whole = Redaction(0, 14, Reason.SOURCE_IDENTITY, Method.REGISTER, "register", S1)
    later = Redaction(25, 33, Reason.SOURCE_IDENTITY, Method.REGISTER, "register", S1)
    marks = unlinked(text, merge([known, whole, later]), [(known, later)])
    assert [one.detector for one in marks] == ["read-before", "register"]
    again = merge([*marks, whole])
    assert [one.detector for one in again] == ["read-before", "register"]
    assert unlinked(text, marks, []) == marks
