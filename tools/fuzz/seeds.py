"""What fuzzing starts from: samples, vectors, and well-formed input of our own making."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.extraction import Limits
from archive.extraction.wire import Answer, encode_answer
from archive.model.objects import Attachment, CanonicalText, Extraction, Outcome, WordBox
from archive.model.receipt import ReceiptLine
from archive.sample_accession import folder
from archive.services.codec import encode, encode_text
from tests.receipts import RECORD, signed
from tests.unit.extraction.container_maker import overlapping, sevened, tarred, zipped
from tests.unit.extraction.tnef_maker import make_tnef

_TESTS = Path(__file__).parents[2] / "tests"
FOUND = _TESTS / "samples" / "fuzz"
"""Inputs that broke a parser once: a folder for each target. The parser's test reads them all."""

_TEXT = CanonicalText(
    "Rice rose.\nNobody said why.", "seed/1", (0, 11), (WordBox(0, 4, 0, 1.0, 2.0, 3.0, 4.0),)
)
_FILES = {"a.txt": b"Rice rose.", "b/c.txt": b"Nobody said why. " * 9}


def seeds(target: str) -> Iterator[bytes]:
    """Yield the inputs that a target begins with."""
    yield from (path.read_bytes() for path in sorted((FOUND / target).glob("*")))
    yield from _OURS[target]()


def _answers() -> Iterator[bytes]:
    attached = (Attachment("a.txt", "text/plain", b"Rice"), Attachment("b", "text/plain", b""))
    found = Extraction(_TEXT, {"title": "Prices"}, attached)
    yield b"".join(encode_answer(Answer.READ, Limits(), found))
    yield b"".join(encode_answer(Answer.FAILED, Limits()))


def _mails() -> Iterator[bytes]:
    yield from _samples(".eml", ".mbox")
    yield b"From a Mon Jan  1 00:00:00 2024\nFrom: a@b.example\nDate: x\nSubject: y\n\nz\n"


def _containers() -> Iterator[bytes]:
    tar = tarred(_FILES)
    yield from (b"\0" + one for one in (zipped(_FILES), overlapping(3, 100)))
    yield b"\x01" + tar
    yield from (b"\x02" + pack(tar) for pack in (gzip.compress, bz2.compress, lzma.compress))
    yield b"\x03" + sevened(_FILES)


def _winmails() -> Iterator[bytes]:
    yield make_tnef({0x37: "Prices", 0x1000: "Rice rose."}, [("a.txt", b"Ferry at noon.")])
    yield make_tnef({0x37: "Prices", 0x1013: b"<p>Rice rose."}, named=True)


def _texts() -> Iterator[bytes]:
    yield from _samples(".txt", ".md", ".html", ".csv")
    yield from ("쌀값이 올랐다".encode(one) for one in ("utf-8", "utf-16", "cp949", "iso2022_kr"))


def _headers() -> Iterator[bytes]:
    for path in sorted((_TESTS / "vectors" / "age" / "testdata").iterdir()):
        yield path.read_bytes().partition(b"\n\n")[2][:4096]


def _receipts() -> Iterator[bytes]:
    yield signed([ReceiptLine("box/a.txt", Outcome.INGESTED, record=RECORD)]).document


def _sealed() -> Iterator[bytes]:
    yield encode_text(_TEXT)
    yield encode({"title": "a", "objects": {"text": {"digest": "ab", "size": 1}}, "texts": []})
    yield encode({"plan": [[0, 4, "person", None]], "editors": ["m"]})


def _entries() -> Iterator[bytes]:
    yield b'{"actor":"m","links":{},"seq":1,"time":"2026-03-01T09:00:00.000000Z","type":"view"}'


def _lists() -> Iterator[bytes]:
    digest = b"ab" * 32
    yield b"%b  box/a.txt\n\\%b *b\\nc.txt\n" % (digest, digest)
    yield b"SHA256 (a.txt) = %b\n" % digest
    yield b"%b data/a%%0A.txt\r\n" % digest


def _queries() -> Iterator[bytes]:
    yield b'rice AND (market* OR "the red lantern") -ferry'
    yield "쌀값 OR 시장*".encode()


def _samples(*endings: str) -> Iterator[bytes]:
    for path in sorted(folder().rglob("*")):
        if path.suffix in endings:
            yield path.read_bytes()[:20_000]


_OURS: dict[str, Callable[[], Iterator[bytes]]] = {
    "answer": _answers,
    "mail": _mails,
    "container": _containers,
    "tnef": _winmails,
    "text": _texts,
    "age-header": _headers,
    "receipt": _receipts,
    "codec": _sealed,
    "entry": _entries,
    "checksums": _lists,
    "query": _queries,
}
