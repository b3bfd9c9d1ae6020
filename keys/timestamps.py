"""Time-stamp tokens (RFC 3161): asked for, read, and checked against trusted certificates.

`rfc3161-client` refuses replies whose set of certificates is not in the order of DER (RFC 5652,
5.1, asks for a SET, and widespread authorities do not sort it). The set is not signed, so it is
sorted before the reply is parsed; what is kept is the reply as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from keys.errors import KeysError, MalformedKey, TokenInvalid
from keys.primitives import x509_certificates, x509_period

ELSEWHERE = "it is about something else"
"""What is said of a token over another message."""

_SEQUENCE, _CONTEXT_0 = 0x30, 0xA0
_MALFORMED = "it is not a time-stamp reply"
_HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384"}
_HASHES["2.16.840.1.101.3.4.2.3"] = "sha512"


@dataclass(frozen=True, slots=True)
class Token:
    """What a checked token proves: the message existed at `time` (UTC).

    `until` is when the last of its certificates ends: stamp anew before.
    """

    time: datetime
    until: datetime


def token_request(message: bytes) -> bytes:
    """Return the request (DER) for a token over SHA-512 of a message, certificates included.

    There is no nonce: an older token over the same message proves more, not less.
    """
    asked = TimestampRequestBuilder(
        data=message, hash_algorithm=HashAlgorithm.SHA512, nonce=False, cert_req=True
    ).build()
    return bytes(asked.as_bytes())


def check_token(reply: bytes, message: bytes, trusted: bytes) -> Token:
    """Return what a reply (DER) proves about a message, given trusted certificates (PEM).

    The certificates must have been valid at the token's own time (RFC 3161, 2.3 and appendix B).

    Raises:
        TokenInvalid: it proves nothing; the text says why.
        MalformedKey: `trusted` is not PEM.
    """
    parsed = _parsed(reply)
    imprint = parsed.tst_info.message_imprint
    name = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if name is None or hashlib.new(name, message).digest() != imprint.message:
        raise TokenInvalid(ELSEWHERE)
    time = parsed.tst_info.gen_time.astimezone(UTC)
    roots = x509_certificates(trusted)
    try:
        periods = [x509_period(der) for der in parsed.signed_data.certificates]
    except MalformedKey:
        raise TokenInvalid(_MALFORMED) from None
    if any(not first <= time <= last for first, last in periods):
        raise TokenInvalid("a certificate of the authority was not valid at that time")
    try:
        VerifierBuilder(roots=roots).build().verify(parsed, imprint.message)
    except (VerificationError, ValueError):
        raise TokenInvalid("it is not signed by an authority that is trusted") from None
    return Token(time, min(last for _, last in periods))


def _parsed(reply: bytes) -> TimeStampResponse:
    try:
        parsed = decode_timestamp_response(_sorted(reply))
        if PKIStatus(parsed.status) is not PKIStatus.GRANTED:
            raise TokenInvalid("the authority refused")
        parsed.tst_info.gen_time  # noqa: B018 - lazily parsed
    except KeysError:
        raise
    except (ValueError, IndexError, OverflowError):
        raise TokenInvalid(_MALFORMED) from None
    return parsed


def _value(data: bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the DER value at `at` (X.690, 8.1)."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        more = length & 0x7F
        length, start = int.from_bytes(data[start : start + more], "big"), start + more
    if start + length > stop:
        raise ValueError("cut short")
    return data[at], start, start + length


def _children(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield place, tag, start and end of each value between `start` and `stop`."""
    at = start
    while at < stop:
        tag, first, last = _value(data, at, stop)
        yield at, tag, first, last
        at = last


def _sorted(reply: bytes) -> bytes:
    """Return the reply with its set of certificates in the order of DER (X.690, 11.6)."""
    place = (0, len(reply))
    # TimeStampResp, its token (ContentInfo), content [0], SignedData (RFC 3161, 2.4.2; RFC 5652)
    for step, kind in ((0, _SEQUENCE), (1, _SEQUENCE), (1, _CONTEXT_0), (0, _SEQUENCE)):
        found = list(_children(reply, *place))
        if step >= len(found) or found[step][1] != kind:
            return reply
        place = found[step][2:]
    for _, tag, first, last in _children(reply, *place):
        if tag == _CONTEXT_0:
            one = [reply[at:end] for at, _, _, end in _children(reply, first, last)]
            return reply[:first] + b"".join(sorted(one)) + reply[last:]
    return reply
