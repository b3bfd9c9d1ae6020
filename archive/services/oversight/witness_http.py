"""The witness's door: the C2SP tlog-witness protocol as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from archive.errors import ArchiveError
from archive.ledger import MOST_BYTES
from archive.services.oversight.witness import Reply, WitnessFolder
from archive.services.parts import Clock

Start = Callable[[str, list[tuple[str, str]]], Any]


def application(
    witness: WitnessFolder, clock: Clock
) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Return the WSGI application (PEP 3333) of a witness."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        try:
            reply = _reply(witness, clock, environ)
        except ArchiveError:
            reply = Reply(500, b"the witness cannot answer\n")
        status = HTTPStatus(reply.status)
        headers = [("Content-Type", reply.media_type), ("Content-Length", str(len(reply.body)))]
        headers += [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
        start(f"{status.value} {status.phrase}", headers)
        return [reply.body]

    return answer


def _reply(witness: WitnessFolder, clock: Clock, environ: dict[str, Any]) -> Reply:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if path == "/add-checkpoint":
        if method != "POST":
            return Reply(405, b"post a request here\n")
        return witness.add_checkpoint(environ["wsgi.input"].read(MOST_BYTES), clock)
    match path.split("/"):
        case ["", origin_hash, "checkpoint"] if method == "GET":
            return witness.checkpoint(origin_hash)
    return Reply(404, b"nothing here\n")
