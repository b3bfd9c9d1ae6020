"""The payload of an age file: a nonce, then STREAM chunks of 64 KiB (C2SP age, "Payload").

Each payload has its own key, derived from the file key and the payload's random nonce, so that one
file key serves many payloads.
"""

from __future__ import annotations

from keys.errors import AuthenticationFailed
from keys.primitives import TAG_SIZE, Buffer, ChaCha20Poly1305, RandomBytes, hkdf

NONCE_SIZE = 16  # bytes, at the start of every payload
CHUNK_SIZE = 65536  # bytes of plaintext in every chunk but the last
SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE


class StreamCipher:
    """Seals and opens single chunks of one payload."""

    __slots__ = ("_aead",)

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._aead = ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))

    def seal(self, index: int, plaintext: Buffer, *, last: bool) -> bytes:
        """Return chunk `index` (from 0), sealed."""
        return self._aead.seal(_chunk_nonce(index, last), plaintext)

    def seal_into(self, index: int, plaintext: Buffer, out: Buffer, *, last: bool) -> None:
        """Seal chunk `index` into `out`, which is exactly 16 bytes longer than `plaintext`."""
        self._aead.seal_into(_chunk_nonce(index, last), plaintext, out)

    def open(self, index: int, sealed: Buffer, *, last: bool) -> bytes:
        """Return the plaintext of chunk `index`.

        Raises:
            AuthenticationFailed: changed, moved, or not the last chunk when it should be.
        """
        return self._aead.open(_chunk_nonce(index, last), sealed)


def _chunk_nonce(index: int, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def chunk_count(sealed_size: int) -> int:
    """Return the number of chunks in `sealed_size` bytes (the payload without its nonce).

    Raises:
        AuthenticationFailed: no payload has that size, since the last chunk of one with several
            chunks is never empty.
    """
    count = max(1, -(-sealed_size // SEALED_CHUNK_SIZE))
    rest = sealed_size - (count - 1) * SEALED_CHUNK_SIZE
    if rest < TAG_SIZE or (rest == TAG_SIZE and count > 1):
        raise AuthenticationFailed("a payload has been cut")
    return count


def seal_payload(file_key: bytes, plaintext: Buffer, *, random: RandomBytes) -> bytes:
    """Return the whole payload of `plaintext`: nonce and chunks."""
    nonce = random(NONCE_SIZE)
    cipher = StreamCipher(file_key, nonce)
    if len(plaintext) <= CHUNK_SIZE:
        return nonce + cipher.seal(0, plaintext, last=True)
    view = memoryview(plaintext)
    end = (len(plaintext) - 1) // CHUNK_SIZE
    chunks = [
        cipher.seal(index, view[index * CHUNK_SIZE : (index + 1) * CHUNK_SIZE], last=index == end)
        for index in range(end + 1)
    ]
    return b"".join([nonce, *chunks])


def open_payload(file_key: bytes, payload: Buffer) -> bytes:
    """Return the plaintext of a whole payload.

    Raises:
        AuthenticationFailed: changed, cut, extended or reordered.
    """
    view = memoryview(payload)
    if len(view) < NONCE_SIZE:
        raise AuthenticationFailed("a payload has been cut")
    cipher = StreamCipher(file_key, bytes(view[:NONCE_SIZE]))
    sealed = view[NONCE_SIZE:]
    count = chunk_count(len(sealed))
    if count == 1:
        return cipher.open(0, sealed, last=True)
    return b"".join(
        cipher.open(
            index,
            sealed[index * SEALED_CHUNK_SIZE : (index + 1) * SEALED_CHUNK_SIZE],
            last=index == count - 1,
        )
        for index in range(count)
    )
