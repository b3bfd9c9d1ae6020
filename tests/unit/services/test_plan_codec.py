"""Sealed plans keep everything that a redaction says, and older ones are still read."""

from __future__ import annotations

import json

import pytest

from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan, Review
from archive.services.codec import decode_plan, encode_plan

RECORD = RecordId("6a2f4f0e-2c1d-4e5b-9a77-0c3d1b2a9f10")
PLAIN = (0, 4, Reason.CONTACT, Method.DETECTOR, "mail")


@pytest.mark.parametrize(
    "redaction",
    [
        Redaction(*PLAIN),
        Redaction(*PLAIN, confidence=70),
        Redaction(*PLAIN, review=Review.FOUND),
        Redaction(*PLAIN, review=Review.ACCEPTED),
        Redaction(*PLAIN, source=SourceRef("S-0001"), review=Review.WIDENED, confidence=50),
    ],
)
def test_redaction_survives_its_sealed_form(redaction: Redaction) -> None:
    plan = RedactionPlan(RECORD, "0" * 64, (redaction,))
    assert decode_plan(encode_plan(plan, ("m",))) == (plan, ("m",))


@pytest.mark.parametrize("more", [[], ["found"]])
def test_redaction_of_an_older_plan_is_certain(more: list[str]) -> None:
    body = json.loads(encode_plan(RedactionPlan(RECORD, "0" * 64, (Redaction(*PLAIN),)), ()))
    body["redactions"][0] += more
    plan, _ = decode_plan(json.dumps(body).encode())
    assert plan.redactions[0].confidence == 100
    assert plan.redactions[0].review.value == "".join(more)
