"""Under `serve`, a worker that is killed at its work costs nothing but a second try."""

from __future__ import annotations

import http.client
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.small_archive import Small, build
from tests.threats.agent_rig import Browser, children, serving, words_of
from tests.threats.memory_scan import below
from webui.settings import COOKIE

SHEET = "The tide tables of the eastern pier.\n"
LONG = SHEET * 20_000  # some tenths of a second for a reader


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


class Archivist(Browser):
    """Somebody who hands files in by the plain form."""

    def hand_in(self, files: dict[str, str]) -> str:
        """Return the page of the receipt."""
        self.ask("/ingest")
        parts = [f'Content-Disposition: form-data; name="token"\r\n\r\n{self._token}']
        for name, text in files.items():
            about = f'Content-Disposition: form-data; name="files"; filename="{name}"'
            parts.append(f"{about}\r\n\r\n{text}")
        body = "".join(f"--edge\r\n{part}\r\n" for part in parts) + "--edge--\r\n"
        connection = http.client.HTTPConnection(self._host, timeout=300)
        kind = "multipart/form-data; boundary=edge"
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Content-Type": kind}
        connection.request("POST", "/ingest", body.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 303
        return self.ask(answer.getheader("Location", ""))[2]


def outcomes(receipt: str) -> list[str]:
    return re.findall(r'<tr class="outcome-([a-z-]+)">', receipt)


def at_work(pages: int) -> list[tuple[int, int]]:
    """Return who reads a document now, behind who forked it and reads none."""
    found = [pid for pid in below(pages) if b"zygote" in words_of(pid) and not wrapping(pid)]
    return [(pid, child) for pid in found for child in children(pid) if child in found]


def wrapping(pid: int) -> bool:
    """Return whether a process only makes a sandbox ready yet."""
    return b"bwrap" in words_of(pid).partition(b"\0")[0]


def readers(pages: int) -> list[int]:
    return [reader for _, reader in at_work(pages)]


def zygotes(pages: int) -> list[int]:
    return [zygote for zygote, _ in at_work(pages)]


@contextmanager
def killing(some: Callable[[], list[int]]) -> Iterator[list[int]]:
    """Kill the first process that there is of `some` while the block runs; return its id."""
    killed: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.002) and not killed:
            with suppress(FileNotFoundError, ProcessLookupError):
                for pid in some()[:1]:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield killed
    finally:
        over.set()
        watcher.join()


def test_who_is_killed_while_documents_are_read_loses_none(small: Small) -> None:
    with serving(small) as (url, pages):
        tam = Archivist(url)
        tam.sign_in("archivist")
        assert outcomes(tam.hand_in({"first.txt": SHEET})) == ["ingested"]
        for kind in (readers, zygotes):
            number, killed, receipt = 0, [], ""
            while not killed:
                number += 1
                name = f"{kind.__name__}-{number}.txt"
                with killing(lambda of=kind: of(pages)) as killed:
                    receipt = tam.hand_in({name: f"{name} {LONG}"})
            assert len(outcomes(receipt)) == 1
            [record] = set(re.findall(r"/records/([0-9a-f-]{36})", receipt))
            if outcomes(receipt) != ["ingested"]:
                assert "/inbox" in tam.ask("/inbox")[2]
                assert record in tam.ask("/inbox")[2]
                assert tam.ask(f"/inbox/{record}/retry", password="")[:2] == (303, "/inbox")
            assert "tide tables" in tam.ask(f"/records/{record}")[2]


def test_a_search_whose_process_is_killed_meanwhile_is_answered_by_another(small: Small) -> None:
    with serving(small) as (url, pages):
        browser = Browser(url)
        browser.sign_in("archivist")
        browser.ask("/search")
        _, place, _ = browser.ask("/search", query="kettles", level="originals")
        assert "kettles" in browser.ask(place)[2]
        [worker] = [pid for pid in below(pages) if b"archive.search.worker" in words_of(pid)]
        os.kill(worker, signal.SIGSTOP)
        told: list[tuple[int, str, str]] = []
        visit = threading.Thread(target=lambda: told.append(browser.ask(place)))
        visit.start()
        os.kill(worker, signal.SIGKILL)
        visit.join()
        assert (told[0][0], "kettles" in told[0][2]) == (200, True)
