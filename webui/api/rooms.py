"""Every operation of the API, its blueprint, and its description."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response

from archive.services.members import tokens
from webui.api import keeping, ledger, reading, shapes
from webui.api.guard import bearer
from webui.api.openapi import describe
from webui.api.operations import JSON, Room, add
from webui.api.shapes import told
from webui.desk import archive, desk, session
from webui.settings import API

pages = Blueprint("api", __name__, url_prefix=f"{API}/v1")
own = Room()


@own.declare("GET", "/token", gives=shapes.TokenTold)
def token() -> shapes.Told:
    """Say what the token of this request is for, and until when."""
    one = bearer().token
    fields = {name: getattr(one, name) for name in ("id", "scopes", "created", "expires")}
    return told(shapes.TokenTold, {**fields, "member": one.member.id, "role": one.member.role})


@own.declare("POST", "/token/revoke", gives=shapes.TokenTold)
def revoke_token() -> shapes.Told:
    """Revoke the token of this request."""
    answer = token()
    one = bearer().token.id
    tokens.revoke(archive(), session(), one)
    desk().bearers.end(one)
    return answer


OPERATIONS = (
    *reading.room.operations,
    *keeping.room.operations,
    *ledger.room.operations,
    *own.operations,
)

for operation in OPERATIONS:
    add(pages, operation)


def document() -> dict[str, Any]:
    """Return the description of the API."""
    return describe(OPERATIONS)


@pages.get("/openapi.json")
def description() -> Response:
    """Hand out the description; it is the same for everybody."""
    return Response(json.dumps(document(), ensure_ascii=False), mimetype=JSON)
