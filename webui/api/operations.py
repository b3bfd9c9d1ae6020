"""Operations: declared once, with what they take and give; routes and OpenAPI are made of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from archive.errors import InvalidValue
from archive.model.access import Scope
from webui.api.guard import bearer, enter
from webui.api.shapes import Asked, Told
from webui.headers import FILE_POLICY
from webui.settings import API

JSON, FORM = "application/json", "multipart/form-data"
MOST = 1 << 20  # bytes of a JSON body

Handler = TypeVar("Handler", bound=Callable[..., Any])
Answer = Told | bytes | Response


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `scopes` are those of which a token needs one; none means any token. `asked` is the shape of the
    body of a POST, or else of the query string; `takes` is the media type of the body. `gives` is
    the shape of the answer, or the media type of a file.
    """

    name: str
    method: str
    path: str
    summary: str
    scopes: tuple[Scope, ...]
    asked: type[Asked] | None
    gives: type[Told] | str
    takes: str
    handler: Callable[..., Answer]

    @property
    def in_body(self) -> bool:
        """Whether what is asked stands in the body."""
        return self.method == "POST" and self.asked is not None

    def run(self, **path: Any) -> Response:
        """Answer one request.

        Raises:
            ScopeMissing: the token was not made for this.
            InvalidValue: what is asked does not fit its shape.
        """
        enter(self.name, not self.scopes or bool({*self.scopes} & {*bearer().token.scopes}))
        asked = {} if self.asked is None else {"asked": self._asked(self.asked)}
        answer = self.handler(**path, **asked)
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, Told):
            return Response(msgspec.json.encode(answer), mimetype=JSON)
        return _file(answer, str(self.gives))

    def _asked(self, shape: type[Asked]) -> Asked:
        if not self.in_body:
            return _fitting(request.args.to_dict(), shape)
        if request.mimetype != self.takes:
            raise UnsupportedMediaType
        if self.takes == FORM:
            return _fitting(request.form.to_dict(), shape)
        if (request.content_length or 0) > MOST:
            raise RequestEntityTooLarge
        try:
            return msgspec.json.decode(request.get_data(), type=shape)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise _unfit(error) from None


def _fitting(given: Mapping[str, str], shape: type[Asked]) -> Asked:
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _unfit(error) from None


def _unfit(error: Exception) -> InvalidValue:
    """Return a refusal that names the place and never what was given there."""
    if not isinstance(error, msgspec.ValidationError):
        return InvalidValue("The body is not JSON.", hint="Send an object of JSON in UTF-8.")
    _, at, place = str(error).rpartition(" - at `")
    where = place.rstrip("`") if at else "$"
    return InvalidValue(
        f"What was asked does not fit its description at {where}.",
        hint=f"Compare it with {API}/v1/openapi.json.",
    )


def _file(data: bytes, media_type: str) -> Response:
    answer = Response(data, content_type=media_type)
    answer.headers["Content-Disposition"] = "attachment"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


class Room:
    """Operations that belong together; `declare` adds one."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def declare(
        self,
        method: str,
        path: str,
        *scopes: Scope,
        gives: type[Told] | str,
        asked: type[Asked] | None = None,
        takes: str = JSON,
    ) -> Callable[[Handler], Handler]:
        """Make an operation of a function; its name and first line become its own."""

        def decorate(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().partition("\n")[0]
            self.operations.append(
                Operation(
                    handler.__name__, method, path, summary, scopes, asked, gives, takes, handler
                )
            )
            return handler

        return decorate


def add(pages: Blueprint, operation: Operation) -> None:
    """Let a blueprint answer for an operation."""
    pages.add_url_rule(operation.path, operation.name, operation.run, methods=[operation.method])
