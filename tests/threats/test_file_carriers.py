"""T3: of a name in every part of a page, book, packet or draft, nothing is left in its copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.extraction import Sandbox, media_type
from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher
from tests.canary import scan
from tests.threats.carrier_rig import released
from tests.unit.extraction.web_carriers import MAKERS, draft
from tests.unit.redaction.page_maker import SECRET, STAYS

HANGUL = "\ucc9c\uc0c8\ubd04 \ud55c\uac15\ubcc4"
NAMES = (SECRET, HANGUL)
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0042"), NAMES)])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("name", NAMES, ids=["latin", "hangul"])
@pytest.mark.parametrize("kind", MAKERS)
def test_no_carrier_of_a_file_survives(
    kind: str, name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = released(sandbox, MAKERS[kind](name), REGISTER, f"{name}.dat")
    assert "[Source 0042]" in seen.texts[0]
    assert STAYS in "".join(seen.texts)
    for number, content in enumerate(seen.files):
        (tmp_path / f"{number}.copy").write_bytes(content)
    assert scan([tmp_path], [*name.split(), *name.lower().split()]) == []


def test_a_message_enclosed_without_a_date_is_read_as_one(sandbox: Sandbox) -> None:
    found = sandbox.read(media_type(draft(SECRET)), draft(SECRET))
    inside = [sandbox.read(media_type(one.data), one.data) for one in found.attachments if one.data]
    assert [one.metadata["subject"] for one in inside if one.metadata] == [SECRET]
    assert [one.text.text for one in inside if one.metadata and one.text] == [SECRET]
