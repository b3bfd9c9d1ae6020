"""T3: of a name in every part of an Office file or a mail, nothing is left in its reading copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.extraction import Sandbox
from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher
from tests.canary import scan
from tests.threats.carrier_rig import released
from tests.unit.extraction.office_maker import DOCX, PPTX, XLSX
from tests.unit.extraction.rare_carriers import carriers, made
from tests.unit.redaction.page_maker import SECRET, STAYS

NAMES = SECRET.split()
MAKERS = ("docx", "xlsx", "pptx", "odt")
KINDS = {"docx": 40, "xlsx": 50, "pptx": 20, "odt": 19, "ods": 12, "odp": 7, "rtf": 24, "mail": 30}
"""Kinds of documents, and in how many places of them the name stands at least."""
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0042"), (SECRET,))])
SAMPLES = Path(__file__).parents[1] / "samples" / "documents" / "office"
SAVED = ("doc", "odp", "ods", "odt", "ppt", "rtf", "xls")
PEOPLE = [name for one in (DOCX, XLSX, PPTX) for name in one.values() if name != DOCX["title"]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_no_carrier_of_an_office_file_or_a_mail_survives(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    data = made(kind, SECRET)
    assert carriers(data, SECRET) >= KINDS[kind]
    seen = released(sandbox, data, REGISTER)
    assert "[Source 0042]" in seen.texts[0]
    assert (STAYS in "".join(seen.texts)) == (kind not in MAKERS)
    for number, content in enumerate(seen.files):
        (tmp_path / f"{number}.copy").write_bytes(content)
    assert scan([tmp_path], [*NAMES, "quillfeather", "zorayda"]) == []


@pytest.mark.parametrize("suffix", SAVED)
def test_of_the_names_in_a_file_that_an_office_program_saved_none_survives(
    suffix: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    register = SourceMatcher(
        [SourceForms(SourceRef(f"S-{at:04}"), (name,)) for at, name in enumerate(PEOPLE, 1)]
    )
    seen = released(sandbox, (SAMPLES / f"names.{suffix}").read_bytes(), register)
    assert "[Source " in seen.texts[0]
    for number, content in enumerate(seen.files):
        (tmp_path / f"{number}.copy").write_bytes(content)
    assert scan([tmp_path], PEOPLE) == []
