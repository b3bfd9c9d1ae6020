"""Asking the witnesses of the archive's own policy, as the pages do on a schedule."""

from __future__ import annotations

from pathlib import Path

from archive.errors import InvalidValue
from archive.services import audit
from archive.services.parts import Archive

POLICY = "witnesses.policy"
"""Name of the archive's own witness policy, in its folder (C2SP tlog-policy)."""

_MOST = 1 << 16  # bytes of a policy


def own_policy(folder: Path) -> audit.Policy | None:
    """Return the policy in an archive's folder, or `None` when there is none.

    Raises:
        InvalidValue: it cannot be read or is not a policy.
    """
    try:
        with (folder / POLICY).open("rb") as file:
            return audit.Policy.parse(file.read(_MOST).decode())
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise InvalidValue("The witness policy cannot be read.") from None


def ask_witnesses(archive: Archive) -> tuple[audit.Answer, ...]:
    """Publish the ledger and ask every witness that has an address; none without a policy.

    Raises:
        InvalidValue: the policy is not one.
        IntegrityError, StorageError: the ledger cannot be published.
    """
    policy = own_policy(archive.folder.path)
    if policy is None:
        return ()
    files = audit.LogFiles(archive.folder)
    keys = audit.keys_of_all_times(archive.catalog, archive.folder.vkeys)
    with archive.catalog.read() as view:
        files.publish(view.ledger, keys)
    return audit.ask(files, keys, policy)


def standing(archive: Archive) -> tuple[audit.Standing, ...]:
    """Return how far each witness of the archive's own policy has come; empty without one.

    Raises:
        InvalidValue: the policy is not one.
    """
    policy = own_policy(archive.folder.path)
    if policy is None:
        return ()
    with archive.catalog.read() as view:
        size = view.ledger.tail().size
    return audit.standing(audit.LogFiles(archive.folder), policy, size)
