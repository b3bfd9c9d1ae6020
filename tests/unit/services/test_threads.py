"""What the plan of one mail hides is proposed in the others of its thread, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from archive.errors import NotPermitted
from archive.model.ids import RecordId
from archive.model.redaction import Method, Reason, Redaction
from archive.redaction import merge, thread_name
from archive.redaction.propagation import from_thread
from archive.services.indexes.thread_ids import thread_ids, thread_word
from archive.services.intake.ingest import Upload, ingest
from archive.services.reading_room.access import show
from archive.services.redaction import redact
from archive.services.redaction.threads import thread_names
from tests.small_archive import Small, build

FOUND = "Tamsin Orrery"
PLAIN = "Rose Waters"  # words that no detector finds at the beginning of a sentence
ROOT, OTHER = "<first@canary-host.example>", "<first@elsewhere.example>"


def mail(number: int, words: str, *, answers: str = "", refs: str = "", own: str = "") -> bytes:
    head = [f"Message-ID: {own or f'<{number}@post.example>'}", f"Subject: kettles {number}"]
    head += [f"In-Reply-To: {answers}"] if answers else []
    head += [f"References: {refs}"] if refs else []
    return "\n".join([*head, "Date: Tue, 5 Mar 2024 09:00:00 +0000", "", words]).encode()


MAILS = [
    mail(1, f"We met Brindlewick and {FOUND} at the ferry, {PLAIN} too.", own=ROOT),
    mail(2, "They say that brindlewick sold them. ORRERY was there too.", answers=ROOT, refs=ROOT),
    mail(3, "Ask Brindlewick again. Waters at the ferry knew.", answers="<2@post.example>"),
    mail(4, "Brindlewick is somebody else here.", own=OTHER),
    mail(5, "Brindlewick again. Waters at the ferry knew.", answers=OTHER, refs=OTHER),
]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Small, list[RecordId]]:
    small = build(tmp_path_factory.mktemp("threads"))
    uploads = [Upload(f"{n}.eml", BytesIO(one)) for n, one in enumerate(MAILS, start=1)]
    reports = list(ingest(small.archive, small.people["archivist"], uploads))
    return small, [report.record for report in reports if report.record is not None]


def proposed(small: Small, record: RecordId) -> list[Redaction]:
    return list(redact.propose(small.archive, small.people["archivist"], record).redactions)


def test_marked_name_is_proposed_in_the_other_mails_of_its_thread_alone(
    archived: tuple[Small, list[RecordId]],
) -> None:
    small, mails = archived
    session = small.people["archivist"]
    assert [thread_names(small.archive, session, one) for one in mails] == [()] * 5
    redact.mark(small.archive, session, mails[0], text="Brindlewick")
    for mail_of_thread in mails[1:3]:
        assert thread_names(small.archive, session, mail_of_thread) == ("Brindlewick",)
    for other in mails[3:]:
        assert thread_names(small.archive, session, other) == ()


def test_thread_is_in_the_ledger_before_its_plans_are_opened(
    archived: tuple[Small, list[RecordId]],
) -> None:
    small, mails = archived
    thread_names(small.archive, small.people["archivist"], mails[2])
    with small.archive.catalog.read() as snapshot:
        bodies = [row.body for row in snapshot.ledger.entries(0, snapshot.ledger.tail().size)]
    assert any(b'"of":"thread"' in body and mails[2].encode() in body for body in bodies)
    assert not any(b"Brindlewick" in body for body in bodies)


def test_researcher_is_refused_and_finds_no_identifier(
    archived: tuple[Small, list[RecordId]],
) -> None:
    small, mails = archived
    researcher = small.people["researcher"]
    with pytest.raises(NotPermitted):
        thread_names(small.archive, researcher, mails[0])
    shown = show(small.archive, researcher, small.released)
    assert not {"message-id", "in-reply-to", "references"} & set(shown.metadata or {})


def test_what_was_found_or_marked_in_one_mail_is_proposed_in_an_answer_with_its_finder(
    archived: tuple[Small, list[RecordId]],
) -> None:
    small, mails = archived
    redact.mark(small.archive, small.people["archivist"], mails[0], text=PLAIN)
    redact.mark(small.archive, small.people["archivist"], mails[0], text=FOUND)
    (one,) = (one for one in proposed(small, mails[2]) if one.detector == "thread")
    assert MAILS[2].decode().partition("\n\n")[2][one.start : one.end] == "Waters"
    assert "thread" not in {one.detector for one in proposed(small, mails[4])}
    names = thread_names(small.archive, small.people["archivist"], mails[1])
    assert FOUND in names


def test_proposal_says_by_what_method_and_how_sure_it_is() -> None:
    text = "Then Orrery and Tamsin Orrery came; orrery is a model of the sky."
    alone, whole = merge(from_thread(text, (), [FOUND]))
    assert text[whole.start : whole.end] == FOUND
    assert text[alone.start : alone.end] == "Orrery"
    assert (whole.method, whole.detector, whole.confidence) == (Method.DETECTOR, "thread", 50)
    assert whole.reason is Reason.THIRD_PARTY
    known = [replace(one, detector="propagated") for one in (alone, whole)]
    again = from_thread(text, known, [FOUND])
    assert (whole.start, whole.end) not in {(one.start, one.end) for one in again}


@pytest.mark.parametrize(
    ("hidden", "name"),
    [
        ("Tamsin\n Orrery", FOUND),
        ("김명철", "김명철"),
        ("02-555-0101", None),
        ("t@post.example", None),
        ("Box 9", None),
        ("the red bicycle", None),
        ("Where the old Ferry crosses the wide river", None),
    ],
)
def test_what_is_hidden_counts_as_a_name_when_it_looks_like_one(
    hidden: str, name: str | None
) -> None:
    assert thread_name(hidden) == name


def test_identifiers_are_those_of_the_mail_the_first_and_the_newest() -> None:
    chain = " ".join(f"<{n}@x.example>" for n in range(100))
    ids = thread_ids({"message-id": "<me@x.example>", "references": chain, "in-reply-to": "you"})
    assert ids[:4] == ("me@x.example", "0@x.example", "99@x.example", "98@x.example")
    assert len(ids) == 40
    assert thread_ids({"references": "<> <no-at> words"}) == ()
    assert thread_word("a@x") == thread_word("a@x") != thread_word("b@x")
    assert thread_word("a@x").isalpha()
