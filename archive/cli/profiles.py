"""Which Argon2id parameters new key slots get."""

from __future__ import annotations

from archive.cli.settings import Settings
from archive.services.members.administration import KdfProfile, kdf_profile


def profile(settings: Settings) -> KdfProfile:
    """Return the profile named by `kdf_profile`, or the default of 256 MiB.

    Raises:
        InvalidValue: there is no profile of that name.
    """
    return kdf_profile(settings.get("kdf_profile"))
