"""One function for each of our own parsers: any bytes in; it returns, or raises what broke.

A parser may refuse its input with the errors that its documentation names, and with no other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from archive.errors import (
    LedgerTampered,
    QuerySyntax,
    QueryTooBroad,
    ReaderFailed,
    ReaderLimit,
    SandboxError,
    SealedObjectDamaged,
)
from archive.extraction import Limits, media_type
from archive.extraction.decoding import decode, decode_anyhow
from archive.extraction.readers.mail import MailReader
from archive.extraction.readers.mbox import MboxReader
from archive.extraction.readers.seven_zip import SevenZipReader
from archive.extraction.readers.tar import PackedReader, TarReader
from archive.extraction.readers.tnef import TnefReader
from archive.extraction.readers.zip import ZipReader
from archive.extraction.wire import PREFIX, Answer, encode_answer, parse_answer, parse_prefix
from archive.ledger import parse_entry
from archive.search.grammar import parse
from archive.services.checksums import ListUnusable, parse_list, parse_manifest
from archive.services.codec import decode_manifest, decode_plan, decode_text
from archive.services.intake.receipt_codec import parse_receipt
from keys.age import parse_header
from keys.errors import MalformedHeader

Target = Callable[[bytes], None]

_LIMITS = Limits()
_GIVEN_UP = (ReaderFailed, ReaderLimit, RecursionError, MemoryError)  # as a zygote takes them
_CONTAINERS = {
    # first byte modulo their number: which reader the rest goes to
    0: ZipReader(),
    1: TarReader(),
    2: PackedReader(),
    3: SevenZipReader(),
}


def answer(data: bytes) -> None:
    """Parse the answer of a taken-over child; what is believed survives being told again."""
    with suppress(SandboxError):
        header, _ = parse_prefix(data[: PREFIX.size], _LIMITS)
        rest = data[PREFIX.size :]
        found = parse_answer(rest[:header], rest[header:], _LIMITS)
        told = list(encode_answer(Answer.READ, _LIMITS, found))
        assert parse_answer(told[1], b"".join(told[2:]), _LIMITS) == found


def mail(data: bytes) -> None:
    """Read a message, and a mailbox of messages."""
    for reader in (MailReader(), MboxReader()):
        with suppress(*_GIVEN_UP):
            reader.read(data)


def container(data: bytes) -> None:
    """Read a container; every member has bytes or a reason."""
    reader = _CONTAINERS[data[0] % len(_CONTAINERS)] if data else _CONTAINERS[0]
    with suppress(*_GIVEN_UP):
        for one in reader.read(data[1:]).attachments:
            assert not (one.data and one.reason)


def tnef(data: bytes) -> None:
    """Read a winmail file."""
    with suppress(*_GIVEN_UP):
        TnefReader().read(data)


def text(data: bytes) -> None:
    """Tell what bytes are and decode them: nothing is refused but by returning so."""
    kind = media_type(data)
    assert kind.count("/") == 1
    strict, anyhow = decode(data), decode_anyhow(data)
    assert strict is None or strict.text.encode("utf-8", "strict") is not None
    assert anyhow.text or not data.strip()


def age_header(data: bytes) -> None:
    """Parse the header of an age file, which stands at the start of the bytes."""
    with suppress(MalformedHeader):
        assert 0 < parse_header(data).size <= len(data)


def receipt(data: bytes) -> None:
    """Parse a receipt; the one that is believed is written as it was read."""
    with suppress(LedgerTampered):
        assert parse_receipt(data).document == data


def codec(data: bytes) -> None:
    """Decode what stands in sealed objects: manifest, canonical text, redaction plan."""
    for one in (decode_manifest, decode_text, decode_plan):
        with suppress(SealedObjectDamaged):
            one(data)


def entry(data: bytes) -> None:
    """Parse an entry of the ledger."""
    with suppress(LedgerTampered):
        parse_entry(data)


def checksums(data: bytes) -> None:
    """Parse a checksum list and a manifest of a bag; no path leaves the folder."""
    for listed in (
        lambda: parse_list("SHA256SUMS", data),
        lambda: parse_manifest("manifest-sha256.txt", data, "utf-8"),
    ):
        with suppress(ListUnusable):
            for one in listed():
                assert not one.path.startswith("/")
                assert ".." not in one.path.split("/")


def query(data: bytes) -> None:
    """Parse a query."""
    with suppress(QuerySyntax, QueryTooBroad):
        parse(data.decode("utf-8", "surrogateescape"))


TARGETS: dict[str, Target] = {
    one.__name__.replace("_", "-"): one
    for one in (
        answer,
        mail,
        container,
        tnef,
        text,
        age_header,
        receipt,
        codec,
        entry,
        checksums,
        query,
    )
}
