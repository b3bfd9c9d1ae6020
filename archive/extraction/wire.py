"""The answer of a child: a strict frame that can carry an `Extraction` and nothing else.

    magic "SRX1" | header length u32 | body length u64 | header | body        (big endian)

The header is one JSON object in ASCII; the body is text (UTF-8), page starts (u32 each), word boxes
(`_BOX`, 28 bytes each) and attachments, end to end. `parse_prefix` and `parse_answer` are bytes in,
verdict out: they believe nothing, and an exception of theirs holds nothing of the answer.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import NoReturn, TypeGuard

from archive.errors import ReaderFailed, ReaderLimit
from archive.extraction.canonical import is_blank, neutralise, one_line
from archive.extraction.limits import Limits
from archive.extraction.reasons import Concern, NoText, Refusal
from archive.extraction.signatures import media_type
from archive.model.objects import Attachment, CanonicalText, Extraction, WordBox

PREFIX = struct.Struct(">4sIQ")
STATUS = struct.Struct(">i")  # how a child ended, as `waitpid` tells it; zygote to parent
STOP = b"stop"  # parent to zygote: end the job that is running, if there is one
_MAGIC = b"SRX1"
_PAGE = struct.Struct(">I")
_BOX = struct.Struct(">IIIffff")
_READER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./(),+_-]{0,119}")
_ENCODING = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_FIELD = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HEADER_KEYS = frozenset(
    {
        "outcome",
        "reason",
        "concerns",
        "reader",
        "encoding",
        "metadata",
        "text",
        "pages",
        "boxes",
        "attachments",
    }
)
_SNIFFED = 1 << 20  # bytes of an attachment that its media type is told from


class Answer(str, Enum):
    """How the reading ended, as the child tells it."""

    READ = "read"
    FAILED = "failed"
    LIMIT = "limit"


def encode_answer(
    outcome: Answer, limits: Limits, found: Extraction | None = None
) -> Iterator[bytes]:
    """Yield the frame for an extraction, or for a failure when `found` is missing."""
    text = found.text if found else None
    encoded = text.text.encode("utf-8", "surrogatepass") if text else b""
    pages, boxes = (text.pages, text.boxes) if text else ((), ())
    attachments = found.attachments if found else ()
    metadata = found.metadata if found else {}
    header = {
        "outcome": outcome.value,
        "reason": found.reason if found else None,
        "concerns": list(found.concerns) if found else [],
        "reader": text.reader if text else None,
        "encoding": text.encoding if text else None,
        "metadata": {k: one_line(v, limits.metadata_code_points) for k, v in metadata.items()},
        "text": len(encoded),
        "pages": len(pages),
        "boxes": len(boxes),
        "attachments": [
            [one_line(one.untrusted_name, limits.name_code_points), len(one.data), one.reason]
            for one in attachments
        ],
    }
    raw = json.dumps(header, ensure_ascii=True).encode("ascii")
    body = (
        encoded,
        b"".join(map(_PAGE.pack, pages)),
        b"".join(_BOX.pack(*_fields(box)) for box in boxes),
        *(one.data for one in attachments),
    )
    yield PREFIX.pack(_MAGIC, len(raw), sum(map(len, body)))
    yield raw
    yield from body


def _fields(box: WordBox) -> tuple[int, int, int, float, float, float, float]:
    return box.start, box.end, box.page, box.left, box.bottom, box.right, box.top


def parse_prefix(prefix: bytes, limits: Limits) -> tuple[int, int]:
    """Return the lengths of header and body in bytes.

    Raises:
        ReaderFailed: not the prefix of an answer.
        ReaderLimit: more is announced than `limits` allows.
    """
    if len(prefix) != PREFIX.size:
        raise ReaderFailed
    magic, header, body = PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise ReaderFailed
    if header > limits.header_bytes or body > limits.answer_bytes:
        raise ReaderLimit
    return header, body


def parse_answer(header: bytes, body: bytes, limits: Limits) -> Extraction:
    """Return the extraction that an untrusted answer holds, with everything in it checked.

    Raises:
        ReaderFailed: the child gave up, or the answer is malformed.
        ReaderLimit: the child ran out of memory or depth, or the answer exceeds `limits`.
    """
    claims = _object(header)
    _check_outcome(claims)
    cut = _Body(body, claims, limits)
    text = _canonical(claims, cut)
    reason = _reason(claims["reason"], missing=text is None)
    metadata, concerns = _metadata(claims["metadata"], limits), _concerns(claims["concerns"])
    return Extraction(text, metadata, tuple(cut.attachments()), reason, concerns)


def _object(header: bytes) -> dict[str, object]:
    try:
        claims = json.loads(header, parse_constant=lambda _: _refuse())
    except (ValueError, RecursionError):
        claims = None  # raised below: the exception in flight holds the document it failed on
    if not isinstance(claims, dict) or claims.keys() != _HEADER_KEYS:
        _refuse()
    return claims


def _check_outcome(claims: dict[str, object]) -> None:
    if claims["outcome"] == Answer.LIMIT.value:
        raise ReaderLimit
    if claims["outcome"] != Answer.READ.value:
        _refuse()


class _Body:
    """The body of an answer, cut at the lengths that its header claims."""

    def __init__(self, body: bytes, claims: dict[str, object], limits: Limits) -> None:
        self._limits = limits
        text, pages, boxes = (_count(claims[key]) for key in ("text", "pages", "boxes"))
        if pages > limits.pages or boxes > limits.boxes:
            raise ReaderLimit
        self._names = _names(claims["attachments"], limits)
        sizes = [text, pages * _PAGE.size, boxes * _BOX.size, *(size for _, size, _ in self._names)]
        if sum(sizes) != len(body):
            _refuse()
        view, self._parts, at = memoryview(body), [], 0
        for size in sizes:
            self._parts.append(view[at : at + size])
            at += size

    def text(self) -> str:
        """Return the text, neutralised."""
        decoded: str | None
        try:
            decoded = str(self._parts[0], "utf-8", "surrogatepass")
        except ValueError:
            decoded = None
        if decoded is None:
            _refuse()
        if len(decoded) > self._limits.text_code_points:
            raise ReaderLimit
        return neutralise(decoded)

    def pages(self, length: int) -> tuple[int, ...]:
        """Return page starts: the first is 0, none decreases, none is past `length`."""
        starts = tuple(start for (start,) in _PAGE.iter_unpack(self._parts[1]))
        rising = all(earlier <= later for earlier, later in pairwise(starts))
        if starts and (starts[0] != 0 or starts[-1] > length or not rising):
            _refuse()
        return starts

    def boxes(self, length: int, pages: int) -> tuple[WordBox, ...]:
        """Return word boxes: in order, apart, inside the text and on a page that there is."""
        boxes = tuple(WordBox(*fields) for fields in _BOX.iter_unpack(self._parts[2]))
        reached = 0
        for box in boxes:
            if not (reached <= box.start < box.end <= length and box.page < pages):
                _refuse()
            if not (_upright(box.left, box.right) and _upright(box.bottom, box.top)):
                _refuse()
            reached = box.end
        return boxes

    def attachments(self) -> Iterator[Attachment]:
        """Yield the attachments; their types are told from their bytes, not from the answer."""
        for (name, _, reason), part in zip(self._names, self._parts[3:], strict=True):
            data = bytes(part)
            safe = one_line(name, self._limits.name_code_points)
            yield Attachment(safe, media_type(data[:_SNIFFED]), data, reason)


def _canonical(claims: dict[str, object], cut: _Body) -> CanonicalText | None:
    text = cut.text()
    if is_blank(text):
        return None
    pages = cut.pages(len(text))
    reader = _matching(claims["reader"], _READER)
    encoding = None
    if claims["encoding"] is not None:
        encoding = _matching(claims["encoding"], _ENCODING)
    return CanonicalText(text, reader, pages, cut.boxes(len(text), len(pages)), encoding)


def _reason(value: object, *, missing: bool) -> str | None:
    """Return why text is missing, from the closed list; a text that is there needs no reason."""
    reason = _listed(value, NoText)
    if (reason is not None) != missing:
        _refuse()
    return reason


def _listed(value: object, reasons: type[NoText] | type[Refusal]) -> str | None:
    """Return a reason as the closed list has it, or `None` for none."""
    known: list[str] = [one.value for one in reasons if one.value == value]
    if value is not None and not known:
        _refuse()
    return known[0] if known else None


def _concerns(value: object) -> tuple[str, ...]:
    """Return why a person should look at it, from the closed list and in its order."""
    if not isinstance(value, list):
        _refuse()
    found = tuple(one.value for one in Concern if one.value in value)
    if len(found) != len(value):
        _refuse()
    return found


def _metadata(value: object, limits: Limits) -> dict[str, str]:
    if not isinstance(value, dict):
        _refuse()
    if len(value) > limits.metadata_fields:
        raise ReaderLimit
    fields = {}
    for key, content in value.items():
        if not isinstance(content, str):
            _refuse()
        line = one_line(content, limits.metadata_code_points)
        if line:
            fields[_matching(key, _FIELD)] = line
    return fields


def _names(value: object, limits: Limits) -> list[tuple[str, int, str | None]]:
    """Return name, size and reason of each attachment; one with a reason has no bytes."""
    if not isinstance(value, list):
        _refuse()
    if len(value) > limits.attachments:
        raise ReaderLimit
    names = []
    for entry in value:
        if not (isinstance(entry, list) and len(entry) == 3 and isinstance(entry[0], str)):
            _refuse()
        size, reason = _count(entry[1]), _listed(entry[2], Refusal)
        if reason is not None and size:
            _refuse()
        names.append((entry[0], size, reason))
    if sum(size for _, size, _ in names) > limits.attachment_bytes:
        raise ReaderLimit
    return names


def _count(value: object) -> int:
    if not _is_count(value):
        _refuse()
    return value


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse()
    return value


def _upright(low: float, high: float) -> bool:
    return math.isfinite(high) and 0.0 <= low <= high


def _refuse() -> NoReturn:
    raise ReaderFailed
