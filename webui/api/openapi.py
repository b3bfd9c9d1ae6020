"""The description of the API in OpenAPI 3.1, made of the operations themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec

from archive import __version__
from webui.api.operations import FORM, JSON, Operation
from webui.api.problems import MEDIA_TYPE
from webui.api.shapes import Asked, Problem, Told
from webui.settings import API

_REF = "#/components/schemas/{name}"
_PLACE = re.compile(r"<(?:([a-z]+)(?:\(([^)]*)\))?:)?([a-z]+)>")
_ABOUT = (
    "Search and read at your own clearance, hand in, and audit. Every use of a token is an entry "
    "of the ledger before anything is answered. Refusals are problem details (RFC 9457) whose "
    "`detail` says what to do next. Words to search for go into bodies, never into addresses."
)
_FILES = {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}, "minItems": 1}  # fmt: skip  # noqa: E501


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the description of operations as an OpenAPI 3.1 document."""
    known = tuple(operations)
    shapes: set[type[Asked] | type[Told]] = {Problem}
    shapes |= {one.gives for one in known if not isinstance(one.gives, str)}
    shapes |= {one.asked for one in known if one.in_body and one.asked is not None}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in known:
        path = _PLACE.sub(r"{\3}", f"{API}/v1{one.path}")
        paths.setdefault(path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Strongroom", "version": __version__, "description": _ABOUT},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": {name: _told(schema) for name, schema in sorted(schemas.items())},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made with `strongroom token create` or on the page “Tokens”.",
                }
            },
        },
    }


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose description has no indentation; Python before 3.13 leaves it."""
    if "description" not in schema:
        return schema
    return {**schema, "description": cleandoc(schema["description"])}


def _operation(one: Operation) -> dict[str, Any]:
    scopes = [scope.value for scope in one.scopes]
    needs = f" Needs a token with the scope {' or '.join(scopes)}." if scopes else ""
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": (one.summary + needs).strip(),
        "security": [{"token": [scope]} for scope in scopes] or [{"token": []}],
        "responses": {"200": _good(one), "default": _problem()},
    }
    if parameters := [*_places(one.path), *_queries(one)]:
        described["parameters"] = parameters
    if one.in_body and one.asked is not None:
        content = {one.takes: {"schema": _body(one.asked, one.takes)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _good(one: Operation) -> dict[str, Any]:
    if isinstance(one.gives, str):
        schema: dict[str, Any] = {"type": "string"} if one.gives != JSON else {"type": "object"}
        return {"description": "The file.", "content": {one.gives: {"schema": schema}}}
    return {"description": _text(one.gives), "content": {JSON: {"schema": _ref(one.gives)}}}


def _problem() -> dict[str, Any]:
    return {"description": _text(Problem), "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}


def _body(shape: type[Asked], takes: str) -> dict[str, Any]:
    if takes != FORM:
        return _ref(shape)
    fields: dict[str, Any] = msgspec.json.schema_components([shape], ref_template=_REF)[1][
        shape.__name__
    ]
    properties = {name: _without_null(one) for name, one in fields["properties"].items()}
    return {**fields, "properties": {"files": _FILES, **properties}, "required": ["files"]}


def _places(path: str) -> Iterable[dict[str, Any]]:
    for kind, choice, name in _PLACE.findall(path):
        schema: dict[str, Any] = {"type": "string"}
        if kind == "uuid":
            schema["format"] = "uuid"
        elif kind == "int":
            schema = {"type": "integer", "minimum": 0}
        elif kind == "any":
            schema["enum"] = [word.strip() for word in choice.split(",")]
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _queries(one: Operation) -> Iterable[dict[str, Any]]:
    if one.in_body or one.asked is None:
        return
    (schema,), components = msgspec.json.schema_components([one.asked], ref_template=_REF)
    fields = components[schema["$ref"].rpartition("/")[2]]["properties"]
    for name, field in fields.items():
        found = components.get(field.get("$ref", "").rpartition("/")[2], field)
        yield {"name": name, "in": "query", "required": False, "schema": _without_null(found)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field that a query string or a form can only leave out."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if not choices:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**rest, **choices[0]}


def _ref(shape: type[Asked] | type[Told]) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}


def _text(shape: type[Told]) -> str:
    return " ".join((shape.__doc__ or "").split())
