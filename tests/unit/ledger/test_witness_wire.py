"""Witnesses that hang, drip, lie or are not there hold nobody up, and are not believed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from archive.ledger import Policy
from archive.services import audit
from archive.services.audit import witnesses
from tests.unit.ledger.ledgers import NOOR, Ledger, draft

Manner = Callable[[socket.socket, threading.Event], None]
PATIENCE = 0.3  # seconds
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"


def hang(_wire: socket.socket, over: threading.Event) -> None:
    over.wait()


def drip(wire: socket.socket, over: threading.Event) -> None:
    wire.sendall(HEAD)
    while not over.wait(PATIENCE / 10):
        with suppress(OSError):
            wire.sendall(b"x")


def drip_a_refusal(wire: socket.socket, over: threading.Event) -> None:
    wire.sendall(HEAD.replace(b"200 OK", b"409 Conflict"))
    drip(wire, over)


def hang_up(_wire: socket.socket, _over: threading.Event) -> None:
    return


def talk_nonsense(wire: socket.socket, _over: threading.Event) -> None:
    wire.sendall(b"\x00\xff nonsense\r\n\r\n")


@contextmanager
def peer(manner: Manner) -> Iterator[str]:
    """A program on a port of this machine that answers in a manner of its own."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    wire, _ = server.accept()
                    with wire:
                        wire.recv(1 << 16)
                        manner(wire, over)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("manner", [hang, drip, drip_a_refusal, hang_up, talk_nonsense])
def test_a_peer_that_does_not_answer_in_time_is_given_up(manner: Manner) -> None:
    with peer(manner) as url, pytest.raises(OSError):  # noqa: PT011 - of many kinds
        witnesses.post(f"{url}/add-checkpoint", b"old 0\n\n", PATIENCE)


def test_a_peer_that_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(OSError):  # noqa: PT011 - of many kinds
        witnesses.post(url, None, PATIENCE)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"", "invalid"),
        (200, b"\xff\xfe", "invalid"),
        (200, b"\xe2\x80\x94 w.example AAAA\n", "invalid"),
        (409, b"many", "invalid"),
        (409, b"999999", "ahead"),
        (403, b"no", "refused"),
        (500, b"", "refused"),
    ],
)
def test_what_a_witness_says_without_a_signature_changes_nothing(
    ledger: Ledger, status: int, body: bytes, outcome: str
) -> None:
    from archive.services.oversight.witness import WitnessFolder

    made = WitnessFolder.create(ledger.path.parent / "w", "w.example", random=bytes)
    policy = Policy.parse(f"witness w {made.vkeys[1]} http://w.example\nquorum w\n")
    ledger.publish()

    def send(url: str, _body: bytes | None) -> tuple[int, bytes]:
        return (404, b"") if url.endswith("/checkpoint") else (status, body)

    answers = audit.ask(ledger.files, ledger.log.keys, policy, send=send)
    assert [one.outcome for one in answers] == [outcome]
    assert [one.size for one in audit.standing(ledger.files, policy, 5)] == [None]
    assert ledger.files.note("cosigned") is None
    with ledger.catalog.read() as view:
        ledger.files.require_whole(view.ledger, ledger.log.keys)
    ledger.write(NOOR, draft())
