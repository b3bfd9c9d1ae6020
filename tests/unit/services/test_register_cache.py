"""The register is compiled once for each of its versions, and only while a session lasts."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import NotPermitted
from archive.model.ids import SourceRef
from archive.services.register import all_sources, matcher
from archive.services.sources import entries as sources
from tests.small_archive import SECRET, build


def test_matcher_is_kept_until_the_register_changes_or_the_session_ends(tmp_path: Path) -> None:
    small = build(tmp_path)
    session = small.people["archivist"]
    first = matcher(small.archive, session)
    assert matcher(small.archive, session) is first
    assert not first.find("Quill Osterman came")
    sources.add_alias(
        small.archive, small.people["custodian"], SourceRef("S-0001"), "Quill Osterman"
    )
    second = matcher(small.archive, session)
    assert [one.source for one in second.find("Quill Osterman came")] == ["S-0001"]
    sources.remove_alias(
        small.archive, small.people["custodian"], SourceRef("S-0001"), "Quill Osterman"
    )
    assert not matcher(small.archive, session).find("Quill Osterman came")
    assert [one.forms for one in all_sources(small.archive, session)] == [(SECRET,)]
    with pytest.raises(NotPermitted):
        matcher(small.archive, small.people["researcher"])
    session.lock()
    assert not session.kept
