"""Receipts for any tree of files: sums add up, every byte counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import LedgerTampered
from archive.ledger import jcs
from archive.model.objects import Fixity, Outcome
from archive.model.receipt import Near, ReceiptLine
from archive.services.intake.handed_in import FileReport
from archive.services.intake.receipt_codec import parse_receipt
from archive.services.intake.receipts import line_of
from keys.errors import KeysError
from keys.member import MemberSecret
from tests.receipts import RECORD, SECRET, signed

SIZES = st.none() | st.integers(0, 2**40)


def reports(inside: st.SearchStrategy[tuple[FileReport, ...]]) -> st.SearchStrategy[FileReport]:
    fixity = st.none() | st.builds(Fixity, st.just("ef" * 32), st.integers(0, 2**40))
    near = st.lists(st.builds(Near, st.just(RECORD), st.integers(50, 100)), max_size=3)
    return st.builds(
        FileReport,
        path=st.text(max_size=20),
        outcome=st.sampled_from(Outcome),
        record=st.none() | st.just(RECORD),
        reason=st.none() | st.text(min_size=1, max_size=9),
        attachments=inside,
        fixity=fixity,
        near=near.map(tuple),
    )


TREES = st.lists(
    st.recursive(
        reports(st.just(())),
        lambda below: reports(st.lists(below, max_size=3).map(tuple)),
        max_leaves=12,
    ),
    max_size=6,
)


def flat(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield line
        yield from flat(line["attachments"])


def counted(lines: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Add lines up in another way than the product does."""
    files = Counter(line["outcome"] for line in lines)
    size: Counter[str] = Counter()
    for line in lines:
        size[line["outcome"]] += line["size"] or 0
    rows = {one.value: {"files": files[one.value], "bytes": size[one.value]} for one in Outcome}
    return {**rows, "all": {"files": len(lines), "bytes": sum(size.values())}}


@given(tree=TREES)
@settings(max_examples=60, deadline=None)
def test_the_sums_of_a_receipt_are_those_of_its_lines(tree: list[FileReport]) -> None:
    made = signed([line_of(report) for report in tree])
    body = json.loads(made.document)
    assert body["totals"]["inputs"] == counted(body["files"])
    inside = [one for line in body["files"] for one in flat(line["attachments"])]
    assert body["totals"]["attachments"] == counted(inside)
    assert len(body["files"]) == len(tree)


@given(tree=TREES)
@settings(max_examples=60, deadline=None)
def test_a_receipt_comes_back_as_it_was_signed(tree: list[FileReport]) -> None:
    made = signed([line_of(report) for report in tree])
    again = parse_receipt(made.document)
    assert (again.body, again.digest) == (made.body, made.digest)
    assert parse_receipt(signed(again.receipt.lines).document).body == made.body
    again.verify(SECRET.public)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_is_refused_or_fails_the_signatures(data: st.DataObject) -> None:
    line = ReceiptLine("box/letter.txt", Outcome.INGESTED, RECORD, None, 4, "ef" * 32)
    document = signed([line]).document
    at = data.draw(st.integers(0, len(document) - 1))
    changed = document[:at] + bytes([document[at] ^ data.draw(st.integers(1, 255))])
    changed += document[at + 1 :]
    with pytest.raises((LedgerTampered, KeysError)):
        parse_receipt(changed).verify(SECRET.public)


def test_another_members_keys_do_not_verify_a_receipt() -> None:
    with pytest.raises(KeysError):
        signed([]).verify(MemberSecret(bytes(32)).public)


@pytest.mark.parametrize("name", ["ed25519", "mldsa65"])
def test_one_good_signature_is_not_enough(name: str) -> None:
    body = json.loads(signed([]).document)
    body[name] = body[name][:-2] + ("00" if body[name][-2:] != "00" else "01")
    with pytest.raises(KeysError):
        parse_receipt(jcs(body)).verify(SECRET.public)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["totals"]["inputs"]["ingested"].update(files=2),
        lambda body: body["totals"]["inputs"]["all"].update(bytes=5),
        lambda body: body["totals"]["attachments"]["all"].update(files=1),
        lambda body: body.update(note="one field more"),
        lambda body: body.pop("salt"),
        lambda body: body.update(version=2),
        lambda body: body["files"][0].update(outcome="lost"),
        lambda body: body["files"][0].update(size="4"),
        lambda body: body.update(files={}),
    ],
)
def test_a_receipt_of_another_shape_or_with_other_sums_is_refused(change: Any) -> None:
    line = ReceiptLine("box/letter.txt", Outcome.INGESTED, RECORD, None, 4, "ef" * 32)
    body = json.loads(signed([line]).document)
    change(body)
    with pytest.raises(LedgerTampered):
        parse_receipt(jcs(body))


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b"%PDF-1.4", b"\xff", b'{"a":1.5}'])
def test_what_is_no_receipt_is_refused(document: bytes) -> None:
    with pytest.raises(LedgerTampered):
        parse_receipt(document)


def test_a_receipt_written_in_another_way_is_refused() -> None:
    document = signed([]).document
    with pytest.raises(LedgerTampered):
        parse_receipt(json.dumps(json.loads(document), indent=1).encode())


def test_a_name_that_utf_8_cannot_carry_is_on_the_receipt_as_an_escape() -> None:
    made = signed([ReceiptLine("box/\udcff.txt", Outcome.FAILED)])
    assert json.loads(made.document)["files"][0]["path"] == "box/\\udcff.txt"
    assert parse_receipt(made.document).body == made.body
