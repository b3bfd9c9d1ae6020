"""Time-stamp tokens: asked for, kept raw, believed only from authorities that are trusted."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from archive.errors import InvalidValue, LedgerTampered
from archive.services import audit
from archive.services.audit import stamps
from keys.errors import TokenInvalid
from keys.timestamps import check_token, token_request
from tests.authority import Authority
from tests.unit.ledger.ledgers import NOOR, Ledger, draft


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.found(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "archive").mkdir()
    made = Ledger(tmp_path / "archive" / "catalog.sqlite").found()
    yield made
    made.close()


def known(authority: Authority, name: str = "one") -> stamps.Authority:
    return stamps.Authority(name, "https://tsa.example/", authority.root)


def stamped(ledger: Ledger, *authorities: Authority) -> list[stamps.Authority]:
    """Have the newest checkpoint stamped by each of the authorities."""
    trusted = []
    for number, one in enumerate(authorities):
        trusted.append(known(one, f"tsa-{number}"))
        note = audit.checkpoint(ledger.catalog)
        send = one.stamp
        asked = stamps.ask(
            ledger.files, note, trusted[-1:], send=lambda _, body, send=send: send(body)
        )
        assert [answer.outcome for answer in asked] == ["stamped"], asked
    return trusted


def found(ledger: Ledger, trusted: list[stamps.Authority]) -> list[tuple[str, str]]:
    verdict = ledger.verify(files=ledger.files, authorities=trusted)
    return [(one.code, one.message) for one in verdict.failures if one.code != "published"]


def keep(ledger: Ledger, reply: bytes, name: str = "tsa-0") -> Path:
    """Put a reply where a token of the newest checkpoint is kept."""
    note = audit.checkpoint(ledger.catalog)
    size = audit.parse_pin(ledger.pin())[1].size
    folder = ledger.files.path / "stamps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{size}.checkpoint").write_text(note)
    path = folder / f"{size}.{name}.{hashlib.sha256(reply).hexdigest()[:16]}.tsr"
    path.write_bytes(reply)
    return path


def request(ledger: Ledger) -> bytes:
    return stamps.stamp_request(audit.checkpoint(ledger.catalog))


def test_a_stamped_ledger_that_grew_verifies(ledger: Ledger, authority: Authority) -> None:
    trusted = stamped(ledger, authority)
    ledger.write(NOOR, draft())
    stamped(ledger, authority)
    assert found(ledger, trusted) == []


def test_a_token_with_two_certificates_is_accepted_in_either_order(
    ledger: Ledger, tmp_path: Path
) -> None:
    middle = Authority.found(tmp_path / "with-middle", middle=True)
    orders = set()
    for number in range(12):
        one = middle if number == 0 else Authority.found(tmp_path / f"m{number}", middle=True)
        reply = one.stamp(token_request(b"text"))
        place = [reply.find(_der(one.folder / f"{name}.pem")) for name in ("stamping", "middle")]
        assert min(place) > 0
        orders.add(place[0] < place[1])
        assert check_token(reply, b"text", one.root).time.tzinfo is UTC
        if len(orders) == 2:
            break
    assert found(ledger, stamped(ledger, middle)) == []


def _der(pem: Path) -> bytes:
    import base64

    body = pem.read_text().split("-----")[2]
    return base64.b64decode(body)


def test_what_an_authority_did_not_vouch_for_is_named(
    ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    trusted = [known(authority, "tsa-0")]
    foreign = Authority.found(tmp_path / "foreign")
    expired = Authority.found(tmp_path / "expired", expired=True)
    cases = {
        "not signed by an authority": (foreign.stamp(request(ledger)), trusted),
        "about something else": (authority.stamp(token_request(b"another")), trusted),
        "was not valid at that time": (expired.stamp(request(ledger)), [known(expired, "tsa-0")]),
        "not a time-stamp reply": (b"nothing", trusted),
    }
    for words, (reply, believed) in cases.items():
        path = keep(ledger, reply)
        problems = found(ledger, believed)
        assert [code for code, _ in problems] == ["stamp"], words
        assert words in problems[0][1]
        path.unlink()
    assert found(ledger, trusted) == []


def test_a_token_of_an_authority_that_is_not_known_here_proves_and_accuses_nothing(
    ledger: Ledger, authority: Authority
) -> None:
    stamped(ledger, authority)
    assert found(ledger, []) == []
    ((view, proven),) = stamps.check(ledger.files, ledger.log.keys, [])
    assert (view.time, view.problem, proven) == (None, None, None)


def test_a_changed_byte_a_lost_checkpoint_and_a_stray_file_are_found(
    ledger: Ledger, authority: Authority
) -> None:
    trusted = stamped(ledger, authority)
    (path,) = (ledger.files.path / "stamps").glob("*.tsr")
    (note,) = (ledger.files.path / "stamps").glob("*.checkpoint")
    good = path.read_bytes()
    for place in range(0, len(good), 7):
        changed = bytearray(good)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert [code for code, _ in found(ledger, trusted)] == ["stamp"], place
    path.write_bytes(good)
    kept = note.read_text()
    note.write_text(kept.replace("\n", "\n ", 1))
    assert {code for code, _ in found(ledger, trusted)} >= {"kept", "stamp"}
    note.unlink()
    assert [code for code, _ in found(ledger, trusted)] == ["stamp"]
    note.write_text(kept)
    stray = path.with_name("stray")
    stray.write_text("")
    assert [code for code, _ in found(ledger, trusted)] == ["stamp"]
    stray.unlink()
    assert found(ledger, trusted) == []


def test_a_stamped_checkpoint_of_another_history_is_a_split(
    ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Ledger(tmp_path / "other" / "catalog.sqlite").found()
    other.write(NOOR, draft(about="what never was"))
    ledger.write(NOOR, draft())
    trusted = stamped(other, authority)
    folder = ledger.files.path / "stamps"
    folder.mkdir(parents=True)
    for path in (other.files.path / "stamps").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    assert [code for code, _ in found(ledger, trusted)] == ["split"]
    other.close()


def test_without_a_network_request_and_token_are_carried(
    ledger: Ledger, authority: Authority
) -> None:
    trusted = [known(authority)]
    with pytest.raises(LedgerTampered, match="nothing was asked"):
        stamps.take_carried(ledger.files, trusted, b"")
    asked = stamps.ask_by_hand(ledger.files, audit.checkpoint(ledger.catalog))
    size = audit.parse_pin(ledger.pin())[1].size
    ledger.write(NOOR, draft())
    stamps.ask_by_hand(ledger.files, audit.checkpoint(ledger.catalog))
    assert found(ledger, trusted) == []
    with pytest.raises(LedgerTampered, match="not a time-stamp reply"):
        stamps.take_carried(ledger.files, trusted, b"nothing")
    assert stamps.take_carried(ledger.files, trusted, authority.stamp(asked)) == ("one", size)
    assert found(ledger, trusted) == []


def test_an_authority_that_lies_hangs_up_or_answers_nonsense_leaves_nothing(
    ledger: Ledger, authority: Authority
) -> None:
    def hang_up(_: str, body: bytes) -> bytes:
        raise OSError

    note = audit.checkpoint(ledger.catalog)
    trusted = [known(authority), stamps.Authority("no-address", None, authority.root)]
    for send, outcome in (
        (hang_up, "unreachable"),
        (lambda _, body: b"nonsense", "invalid"),
        (lambda _, body: authority.stamp(token_request(b"other")), "invalid"),
    ):
        (answer,) = stamps.ask(ledger.files, note, trusted, send=send)
        assert answer.outcome == outcome
    assert list(stamps.stamps(ledger.files)) == []
    with pytest.raises(TokenInvalid):
        stamps.take(ledger.files, note, [], authority.stamp(request(ledger)))


def test_the_request_goes_over_http_as_the_standard_says(authority: Authority) -> None:
    kinds = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kinds.append(self.headers["Content-Type"])
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = authority.stamp(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            reply = stamps.post(url, token_request(b"text"))
        finally:
            server.shutdown()
            thread.join()
    assert kinds == ["application/timestamp-query"]
    assert check_token(reply, b"text", authority.root)
    with pytest.raises(OSError, match="urlopen"):
        stamps.post(url, b"")


def test_authorities_are_files_with_certificates_and_an_address(
    tmp_path: Path, authority: Authority
) -> None:
    assert stamps.authorities(tmp_path / "none") == ()
    (tmp_path / "b-two.pem").write_bytes(b"URL: https://tsa.example/tsr\n" + authority.root)
    (tmp_path / "a-one.pem").write_bytes(authority.root)
    first, second = stamps.authorities(tmp_path)
    assert (first.name, first.url, second.url) == ("a-one", None, "https://tsa.example/tsr")
    (tmp_path / "c.pem").write_bytes(b"no certificate")
    with pytest.raises(InvalidValue):
        stamps.authorities(tmp_path)


def test_whatever_an_authority_sends_is_a_token_or_refused(authority: Authority) -> None:
    good = authority.stamp(token_request(b"text"))
    rng = random.Random(3161)
    for _ in range(400):
        reply = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(reply))
            what = rng.randrange(3)
            if what == 0:
                reply[at] = rng.randrange(256)
            elif what == 1:
                del reply[at : at + rng.randrange(1, 40)]
            else:
                reply[at:at] = rng.randbytes(rng.randrange(1, 40))
        with suppress(TokenInvalid):
            check_token(bytes(reply), b"text", authority.root)
    for length in range(64):
        with pytest.raises(TokenInvalid):
            check_token(rng.randbytes(length), b"text", authority.root)
        with pytest.raises(TokenInvalid):
            check_token(good[: length * 10], b"text", authority.root)
