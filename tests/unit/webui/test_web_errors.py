"""Every error has one HTTP status, and what is denied looks like what is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive import errors
from webui.errors import STATUS_CODES, status_code


def leaves(kind: type[errors.ArchiveError]) -> Iterator[type[errors.ArchiveError]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from leaves(one)


LEAVES = sorted(set(leaves(errors.ArchiveError)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda kind: kind.__name__)
def test_every_leaf_is_covered_by_its_family_or_itself(leaf: type[errors.ArchiveError]) -> None:
    assert (set(leaf.__mro__) - {errors.ArchiveError}) & set(STATUS_CODES)
    assert 400 <= status_code(leaf()) <= 599


def test_denied_and_absent_have_the_same_status_and_words() -> None:
    denied, absent = errors.NotPermitted(), errors.RecordNotFound()
    assert status_code(denied) == status_code(absent) == 404
    assert (denied.code, denied.public_message, denied.next_step) == (
        absent.code,
        absent.public_message,
        absent.next_step,
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.SignInRefused(), 401),
        (errors.FourEyesRequired(), 409),
        (errors.UnreadableFile(), 422),
        (errors.ReleaseBlocked(), 409),
        (errors.LedgerTampered(), 500),
        (errors.ArchiveBusy(), 503),
        (errors.DiskFull(), 507),
        (errors.QuerySyntax(), 422),
        (errors.ReaderLimit(), 422),
    ],
)
def test_leaves_override_their_families(error: errors.ArchiveError, status: int) -> None:
    assert status_code(error) == status
