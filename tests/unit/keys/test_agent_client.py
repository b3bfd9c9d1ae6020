"""What callers of the key agent hear, whatever it does to the connection."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from keys.agent.client import Keyholder, Ticket
from keys.agent.wire import receive, send
from keys.errors import AgentSealed, AgentUnreachable

MORE_THAN_FITS = "0" * (4 << 20)


def agent(path: Path, *answers: dict[str, object]) -> threading.Thread:
    """Listen once: read the first message alone, answer, and hang up."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        with listening, listening.accept()[0] as connection:
            receive(connection)
            for answer in answers:
                send(connection, answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_refusal_is_heard_that_came_before_all_was_said(tmp_path: Path) -> None:
    serving = agent(tmp_path / "s", {"ok": False, "error": "sealed"})
    with pytest.raises(AgentSealed):
        Keyholder(tmp_path / "s", Ticket("a", b"h")).ask("adopt", sealed=MORE_THAN_FITS)
    serving.join()


def test_an_agent_that_hangs_up_without_a_word_is_out_of_reach(tmp_path: Path) -> None:
    serving = agent(tmp_path / "s")
    with pytest.raises(AgentUnreachable):
        Keyholder(tmp_path / "s", Ticket("a", b"h")).ask("adopt", sealed=MORE_THAN_FITS)
    serving.join()
