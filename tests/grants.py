"""Opening a member's grant by hand."""

from __future__ import annotations

from keys.age import open_small
from keys.identity import HybridIdentity
from keys.keyring import Grant, verify_grant
from keys.member import MemberPublic


def open_grant(grant: Grant, identity: HybridIdentity, granter: MemberPublic) -> bytes:
    """Return the payload, once both signatures of `granter` verify."""
    verify_grant(grant, granter)
    return open_small(grant.sealed, [identity])
