"""Documents behind a password, and what readers say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import InvalidValue
from archive.extraction import NoText, Sandbox, Unlocking
from archive.extraction.limits import MAX_PASSWORD_BYTES, SCANNED_PDF
from archive.extraction.readers import READERS

DOCUMENTS = Path(__file__).parents[2] / "samples" / "documents"
PROTECTED = (DOCUMENTS / "protected.pdf").read_bytes()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize("password", [b"key under the mat", b"owner of the key"])
def test_the_users_and_the_owners_password_open_it(sandbox: Sandbox, password: bytes) -> None:
    found = sandbox.read("application/pdf", PROTECTED, password)
    assert found.text is not None
    assert found.text.text == "words behind a password"


@pytest.mark.parametrize("password", [b"", b"wrong", b"\xff\xfe", b"\0"])
def test_another_password_leaves_it_protected(sandbox: Sandbox, password: bytes) -> None:
    found = sandbox.read("application/pdf", PROTECTED, password)
    assert found.text is None
    assert found.reason == NoText.PROTECTED.value


def test_a_password_opens_its_own_document_only(sandbox: Sandbox) -> None:
    assert sandbox.read("application/pdf", PROTECTED, b"key under the mat").text is not None
    assert sandbox.read("application/pdf", PROTECTED).text is None


def test_a_document_that_needs_none_is_read_with_one(sandbox: Sandbox) -> None:
    for kind, data in (
        ("application/pdf", (DOCUMENTS / "with-attachment.pdf").read_bytes()),
        ("text/plain", b"Herons."),
    ):
        assert sandbox.read(kind, data, b"any") == sandbox.read(kind, data)


def test_a_password_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.read("text/plain", b"Herons.", b"x" * MAX_PASSWORD_BYTES).text is not None
    with pytest.raises(InvalidValue):
        sandbox.read("text/plain", b"Herons.", b"x" * (MAX_PASSWORD_BYTES + 1))


_OURS = "application/vnd.strongroom."  # questions about pages, which are no types of documents


def test_the_sandbox_names_the_reader_of_every_type(sandbox: Sandbox) -> None:
    told = {kind: frozenset({one.name}) for one in READERS for kind in one.media_types}
    told["application/pdf"] |= told.pop(SCANNED_PDF)
    told = {kind: names for kind, names in told.items() if not kind.startswith(_OURS)}
    assert sandbox.reader_names().items() >= told.items()


def test_readers_that_take_a_password_say_so() -> None:
    assert [one for one in READERS if isinstance(one, Unlocking)]
