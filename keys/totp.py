"""Time-based one-time passwords: RFC 6238 over RFC 4226, as authenticator apps make them."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from urllib.parse import quote

KEY_SIZE = 20  # bytes; RFC 4226, section 4, R6
DIGITS = 6
PERIOD = 30  # seconds; RFC 6238, section 5.2
_SKEW = 1  # steps before and after the present one that are taken; RFC 6238, section 6


def hotp(key: bytes, counter: int, digits: int = DIGITS) -> str:
    """Return the one-time password of a counter (RFC 4226, section 5.3, HMAC-SHA-1)."""
    mac = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0xF
    code = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(code % 10**digits).zfill(digits)


def _steps(seconds: float) -> Iterator[int]:
    now = int(seconds) // PERIOD
    yield from range(max(0, now - _SKEW), now + _SKEW + 1)


def accept(key: bytes, code: str, seconds: float, *, after: int) -> int | None:
    """Return the time step that `code` belongs to, or `None` when it is not taken.

    `seconds` count from 1970 (POSIX time); a step that is not after `after` was used already or is
    older than one that was. Every step is compared, so that the time tells nothing.
    """
    taken = None
    for step in _steps(seconds):
        if hmac.compare_digest(hotp(key, step).encode(), code.encode()) and step > after:
            taken = step
    return taken


def encode_key(key: bytes) -> str:
    """Return a key as apps take it when it is typed: base32 without padding."""
    return base64.b32encode(key).decode().rstrip("=")


def uri(key: bytes, *, issuer: str, account: str) -> str:
    """Return the `otpauth:` URI that apps read from a QR code."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return (
        f"otpauth://totp/{label}?secret={encode_key(key)}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={PERIOD}"
    )
