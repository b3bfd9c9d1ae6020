"""A page that arrives in pieces, as over Tor, is painted when it is whole: nothing moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from archive.model.access import Role
from tests.browser.conftest import Enter, Visit
from tests.browser.every_page import come_in

_CUTS = {
    "in a row of fields": b'<p><label for="level"',
    "in the last row": b'<div role="group" aria-label="Colours"',
}
"""Where a page is cut: before the last of four fields in one row, within the footer's form."""
_PAUSE = 0.7  # seconds in which a browser would paint the half; too short a pause fails no test
_OWN = {"connection", "transfer-encoding", "content-length", "content-encoding"}

_SHIFT = """async () => {
  let shift = 0;
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) shift += one.value;
  }).observe({type: 'layout-shift', buffered: true});
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return shift;
}"""


@contextmanager
def in_pieces(url: str, at_words: bytes, cut: list[int]) -> Iterator[str]:
    """Forward to a server; pages that hold the words stop there for a while and are counted."""
    rest = threading.Event()

    class Forwarder(BaseHTTPRequestHandler):
        def forward(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            headers |= {"Host": self.headers["Host"], "Accept-Encoding": "identity"}
            with closing(HTTPConnection(urlsplit(url).netloc)) as asked:
                asked.request(self.command, self.path, self.rfile.read(length), headers)
                answer = asked.getresponse()
                body = answer.read()
            with suppress(ConnectionError):  # a browser that goes elsewhere takes no more
                self.pass_on(answer, body)

        def pass_on(self, answer: HTTPResponse, body: bytes) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            at = body.find(at_words)
            if at >= 0:
                cut.append(at)
                self.wfile.write(body[:at])
                self.wfile.flush()
                rest.wait(_PAUSE)
            self.wfile.write(body[max(at, 0) :])

        do_GET: Callable[..., None] = forward  # noqa: N815 - the name that http.server looks for
        do_POST: Callable[..., None] = forward  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        rest.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("words", _CUTS.values(), ids=_CUTS)
def test_nothing_moves_while_a_page_arrives(enter: Enter, words: bytes) -> None:
    visit: Visit = enter(None, viewport={"width": 1280, "height": 900})
    cut: list[int] = []
    with in_pieces(visit.url, words, cut) as visit.url:
        come_in(visit, Role.ARCHIVIST)
        visit.go("/search")
        assert cut
        assert visit.page.evaluate(_SHIFT) == 0
