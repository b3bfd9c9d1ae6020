"""Resumable uploads by tus 1.0: creation, termination, expiration and checksum; then handing in.

Every piece is sealed as it comes. An upload is known to the member who began it alone; to everybody
else it is not there. Names travel in a header and in bodies, never in an address.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import (
    BadRequest,
    PreconditionFailed,
    UnsupportedMediaType,
)

from archive.errors import ArchiveError
from archive.model.access import Action
from archive.services.intake.ingest import FileReport
from archive.services.intake.receipts import Run
from archive.services.intake.uploads import CHECKSUMS, MAX_SIZE, Standing
from webui.desk import archive, desk, session
from webui.guard import needs, until_sent
from webui.pages.ingest import behind

pages = Blueprint("uploads", __name__, url_prefix="/ingest/uploads")

VERSION = "1.0.0"
_PIECE = "application/offset+octet-stream"


@pages.after_request
def say_version(response: Response) -> Response:
    """Name the protocol's version on every answer, and those that there are on a refusal of it."""
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == PreconditionFailed.code:
        response.headers["Tus-Version"] = VERSION
    return response


@pages.route("", methods=["OPTIONS"])
@needs(Action.INGEST)
def told() -> Response:
    """Say what of the protocol is spoken here."""
    response = Response(status=204)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = "creation,termination,expiration,checksum"
    response.headers["Tus-Max-Size"] = str(MAX_SIZE)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return response


@pages.get("")
@needs(Action.INGEST)
def mine() -> Response:
    """List the member's own uploads, so that a new window can go on with them."""
    rows = [
        {
            "at": url_for("uploads.standing", upload=one.id),
            "id": one.id,
            "name": one.name,
            "size": one.size,
            "offset": one.offset,
            "sha256": one.digest,
        }
        for one in desk().uploads.mine(archive(), session())
    ]
    return Response(json.dumps(rows), mimetype="application/json")


@pages.post("")
@needs(Action.INGEST)
def create() -> Response:
    """Begin an upload; its name and SHA-256 come in `Upload-Metadata`."""
    _speak()
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    one = desk().uploads.create(
        archive(), session(), told.get("filename", ""), _number("Upload-Length"), told.get("sha256")
    )
    response = _standing(one, 201)
    response.headers["Location"] = url_for("uploads.standing", upload=one.id)
    return response


@pages.route("/<uuid:upload>", methods=["HEAD"])
@needs(Action.INGEST)
def standing(upload: UUID) -> Response:
    """Say how much of an upload is here."""
    _speak()
    one = desk().uploads.standing(archive(), session(), str(upload))
    response = _standing(one, 200)
    response.headers["Upload-Length"] = str(one.size)
    name = base64.b64encode(one.name.encode()).decode()
    response.headers["Upload-Metadata"] = f"filename {name}"
    return response


@pages.patch("/<uuid:upload>")
@needs(Action.INGEST)
def append(upload: UUID) -> Response:
    """Seal the next piece of an upload."""
    _speak()
    if request.mimetype != _PIECE:
        raise UnsupportedMediaType
    one = desk().uploads.append(
        archive(),
        session(),
        str(upload),
        _number("Upload-Offset"),
        request.get_data(cache=False),
        _checksum(request.headers.get("Upload-Checksum")),
    )
    return _standing(one, 204)


@pages.delete("/<uuid:upload>")
@needs(Action.INGEST)
def discard(upload: UUID) -> Response:
    """Forget an upload."""
    _speak()
    desk().uploads.discard(archive(), session(), str(upload))
    return Response(status=204)


@pages.post("/hand-in")
@needs(Action.INGEST)
def hand_in() -> Response:
    """Ingest uploads that are whole: a line of JSON for each as soon as it is durable."""
    source, accession = behind()
    chosen = request.form.getlist("upload")
    run, reports = desk().uploads.hand_in(archive(), session(), chosen, source, accession)
    lines = _lines(run, reports, url_for("receipts.show", run=run.id))
    return until_sent(Response(lines, mimetype="application/x-ndjson"))


def _lines(run: Run, reports: Iterator[FileReport], receipt: str) -> Iterator[bytes]:
    try:
        for one in reports:
            yield _line(outcome=one.outcome.value, reason=one.reason, record=one.record)
    except ArchiveError as error:
        yield _line(error=error.public_message, hint=error.next_step)
    yield _line(receipt=receipt if run.issued is not None else None)


def _line(**values: str | None) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _speak() -> None:
    """Refuse another version of the protocol.

    Raises:
        PreconditionFailed: it is not the one that is spoken here.
    """
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed


def _number(header: str) -> int:
    """Return the number in a header.

    Raises:
        BadRequest: it is missing or no number.
    """
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise BadRequest
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return the pairs of an `Upload-Metadata` header; a key without a value has an empty one.

    Raises:
        BadRequest: a value is not base64 of UTF-8.
    """
    found = {}
    for pair in filter(None, map(str.strip, header.split(","))):
        key, _, value = pair.partition(" ")
        found[key] = _decoded(value)
    return found


def _checksum(header: str | None) -> tuple[str, str] | None:
    """Return algorithm and digest (hex) of an `Upload-Checksum` header.

    Raises:
        BadRequest: it is not an algorithm and base64.
    """
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        return algorithm, base64.b64decode(value, validate=True).hex()
    except (binascii.Error, ValueError):
        raise BadRequest from None


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadRequest from None


def _standing(one: Standing, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(one.offset)
    response.headers["Upload-Expires"] = _date(one.expires)
    return response


def _date(moment: datetime) -> str:
    """Return a moment as RFC 9110 section 5.6.7 writes it."""
    return format_datetime(moment, usegmt=True)
