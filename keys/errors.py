"""What can go wrong with keys. No message ever carries key material or content.

Upper floors translate these at their boundary; `keys` knows nothing of the archive's own errors.
"""

from __future__ import annotations


class KeysError(Exception):
    """Root of every error that `keys` raises on purpose; never raised itself."""


class AuthenticationFailed(KeysError):
    """A ciphertext, header or chunk is not what was sealed under this key."""


class WrongSecret(KeysError):
    """The passphrase does not open the key slot, or the slot was changed."""


class SignatureInvalid(KeysError):
    """A signature does not verify."""


class TokenInvalid(KeysError):
    """A time-stamp token does not prove what it should; the text says why, in words for anybody."""


class MalformedKey(KeysError):
    """An encoded key, slot, grant or parameter set is not well-formed or out of range."""


class NoMatchingIdentity(KeysError):
    """No identity at hand opens any stanza of the header."""


class MalformedHeader(KeysError):
    """An age header does not follow the C2SP age specification."""


class PrimitivesUnavailable(KeysError):
    """The installed libraries lack an algorithm or compute it wrongly."""


class AgentUnreachable(KeysError):
    """No key agent answers, or what answers is not ours."""


class AgentSealed(KeysError):
    """The keyholder is gone, or the half that the caller has is not its half."""


class AgentRefused(KeysError):
    """The keyholder does not do that, or what it was given does not open."""


class PasskeyRefused(KeysError):
    """A browser's answer is of another passkey, challenge or site, or does not hold."""


class PluginFailed(KeysError):
    """An age plugin is not there, refused, or does not keep to the protocol."""
