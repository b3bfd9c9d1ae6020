"""Bech32 (BIP 173) without its length limit, as age encodes recipients and identities."""

from __future__ import annotations

from keys.errors import MalformedKey

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_SIZE = 6  # characters


def _feedback(top: int) -> int:
    total = 0
    for bit, generator in enumerate(_GENERATORS):
        if top >> bit & 1:
            total ^= generator
    return total


_FEEDBACK = tuple(_feedback(top) for top in range(32))


def _polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        state = (state & 0x1FFFFFF) << 5 ^ value ^ _FEEDBACK[state >> 25]
    return state


def _expand(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def encode(prefix: str, data: bytes) -> str:
    """Return lower-case Bech32 of `data` under a lower-case `prefix`."""
    padded = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (padded * 5 - len(data) * 8)
    values = [number >> 5 * place & 31 for place in range(padded - 1, -1, -1)]
    check = _polymod(_expand(prefix) + values + [0] * _CHECKSUM_SIZE) ^ 1
    values += [check >> 5 * place & 31 for place in range(_CHECKSUM_SIZE - 1, -1, -1)]
    return f"{prefix}1{''.join(_ALPHABET[value] for value in values)}"


def decode(text: str) -> tuple[str, bytes]:
    """Return (lower-case prefix, data).

    Raises:
        MalformedKey: mixed case, unknown character, wrong checksum or non-zero padding.
    """
    lowered = text.lower()
    if text not in (lowered, text.upper()):
        raise MalformedKey("an encoded key mixes upper and lower case")
    prefix, separator, tail = lowered.rpartition("1")
    if not separator or not prefix or len(tail) < _CHECKSUM_SIZE:
        raise MalformedKey("an encoded key is cut short")
    if not all("!" <= character <= "~" for character in prefix):
        raise MalformedKey("an encoded key has a wrong character")
    try:
        values = [_VALUES[character] for character in tail]
    except KeyError:
        raise MalformedKey("an encoded key has a wrong character") from None
    if _polymod(_expand(prefix) + values) != 1:
        raise MalformedKey("an encoded key has a wrong checksum")
    return prefix, _regroup(values[:-_CHECKSUM_SIZE])


def _regroup(values: list[int]) -> bytes:
    number = 0
    for value in values:
        number = number << 5 | value
    size, padding = divmod(len(values) * 5, 8)
    if padding >= 5 or number & (1 << padding) - 1:
        raise MalformedKey("an encoded key has wrong padding")
    return (number >> padding).to_bytes(size, "big")
