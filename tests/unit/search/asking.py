"""Asking a search process, and having it do something in place of a search."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from archive.errors import SearchFailed
from archive.model.search import SearchRequest, SearchResults
from archive.search import IndexState, searching, wire
from archive.search.process import SearchProcess
from tests.unit.search.shelf import Shelf


def search(
    one: SearchProcess, shelf: Shelf, state: IndexState, query: str, **request: Any
) -> SearchResults:
    wanted = wire.encode_request(SearchRequest(query, **request))
    return wire.decode_results(
        one.ask(shelf.place(state), state, {"act": "search", "request": wanted})
    )


@contextmanager
def refused(one: SearchProcess, shelf: Shelf, state: IndexState) -> Iterator[None]:
    """Ask a question in another thread, which the block must make to fail."""
    failed: list[Exception] = []

    def asking() -> None:
        try:
            search(one, shelf, state, "bad")
        except SearchFailed as error:
            failed.append(error)

    thread = threading.Thread(target=asking)
    thread.start()
    yield
    thread.join()
    assert len(failed) == 1


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def instead(monkeypatch: pytest.MonkeyPatch, act: Callable[..., object]) -> None:
    """Let every search in a forked process do `act`."""
    real = searching.search

    def search(view: Any, request: SearchRequest, **asked: Any) -> Any:
        if request.query == "bad":
            act()
        return real(view, request, **asked)

    monkeypatch.setattr(searching, "search", search)
