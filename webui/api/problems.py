"""Refusals as problem details (RFC 9457): stable code, what happened, what to do next."""

from __future__ import annotations

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from archive.errors import AccessDenied, ArchiveError, RecordNotFound, ScopeMissing, TokenRefused
from webui.api.shapes import Problem
from webui.errors import status_code
from webui.settings import API

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:strongroom:problem:"

_HTTP = {
    400: ("bad-request", "The request was not understood.", "Compare it with the description."),
    405: (
        "bad-method",
        "That method is not for this address.",
        "See the description at /api/v1/openapi.json.",
    ),
    413: ("too-large", "That is more than is taken at once.", "Send less in one request."),
    415: (
        "bad-media-type",
        "The body is of another media type than the operation takes.",
        "Send the media type that the description names.",
    ),
    429: ("too-soon", "Too many tokens did not fit.", "Wait as long as Retry-After says."),
    503: (
        "busy",
        "An earlier request with this token is still being worked on.",
        "Wait until it is done, then try again.",
    ),
}


def for_api() -> bool:
    """Return whether this request is the API's to answer."""
    return request.path == API or request.path.startswith(f"{API}/")


def refused(error: ArchiveError, incident: str | None = None) -> Response:
    """Return the answer to a refusal; what is denied reads exactly as what does not exist."""
    if isinstance(error, AccessDenied) and status_code(error) == 404:
        error = RecordNotFound() if error.code == RecordNotFound.code else error
    answer = _answer(
        status_code(error), error.code, error.public_message, error.next_step, incident
    )
    if isinstance(error, TokenRefused):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="strongroom", error="invalid_token"'
    elif isinstance(error, ScopeMissing):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="strongroom", error="insufficient_scope"'
    return answer


def http_error(error: HTTPException) -> Response:
    """Return the answer to an HTTP error that no service raised."""
    code = error.code or 500
    if code == 404:
        return refused(RecordNotFound())
    answer = _answer(code, *_HTTP.get(code, _HTTP[400]))
    if error.response is None:
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
    return answer


def crashed(incident: str) -> Response:
    """Return the answer to what nobody foresaw, with the number under which the log has it."""
    hint = "Try again; if it stays, report the number."
    return _answer(500, ArchiveError.code, ArchiveError.message, hint, incident)


def _answer(
    status: int, code: str, title: str, detail: str, incident: str | None = None
) -> Response:
    problem = Problem(
        type=_TYPE + code, title=title, status=status, detail=detail, code=code, incident=incident
    )
    return Response(msgspec.json.encode(problem), status, mimetype=MEDIA_TYPE)
