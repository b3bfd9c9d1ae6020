"""What every virus scanner promises; clamd itself where it is installed, and its protocol."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import InvalidValue, UnreadableFile
from archive.services.virus import Clamd, Scanner

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 1 << 20  # bytes that the scanners of these tests take
CONFIGURATION = """DatabaseDirectory {place}
LocalSocket {place}/socket
Foreground yes
StreamMaxLength 1M
"""


def protocol(place: Path, answer: Callable[[bytes], bytes] | None = None) -> Path:
    """Serve `INSTREAM` (clamd(8)) at a socket in `place`; `answer` makes the reply."""
    path = place / "protocol"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                data = b""
                while size := struct.unpack(">I", stream.read(4))[0]:
                    data += stream.read(size)
                    if len(data) > LIMIT:
                        break
                connection.sendall((answer or verdict)(data))

    threading.Thread(target=serve, daemon=True).start()
    return path


def verdict(data: bytes) -> bytes:
    if len(data) > LIMIT:
        return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Eicar-Test-Signature FOUND\0" if data == EICAR else b"stream: OK\0"


def daemon(place: Path) -> Iterator[Path]:
    """Run clamd with a signature database of one line."""
    if shutil.which("clamd") is None:
        pytest.skip("NOT TESTED: clamd is missing. Run: sudo apt-get install clamav-daemon")
    (place / "own.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n")
    (place / "clamd.conf").write_text(CONFIGURATION.format(place=place))
    command = ["clamd", "--config-file", str(place / "clamd.conf")]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if (place / "socket").exists() or running.poll() is not None:
                break
            time.sleep(0.1)
        yield place / "socket"
    finally:
        running.terminate()
        running.wait()


@pytest.fixture(scope="module", params=["protocol", "clamd"])
def scanner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scanner]:
    place = tmp_path_factory.mktemp("scanner")
    if request.param == "protocol":
        yield Clamd.at(str(protocol(place)))
    else:
        for path in daemon(place):
            yield Clamd.at(str(path))


def test_a_known_signature_is_named(scanner: Scanner) -> None:
    found = scanner.scan([EICAR[:30], EICAR[30:]])
    assert found is not None
    assert found.startswith("Eicar-Test-Signature")


@pytest.mark.parametrize("blocks", [[], [b"a letter"], [bytes(200_000)] * 4])
def test_nothing_is_found_in_a_harmless_file(scanner: Scanner, blocks: list[bytes]) -> None:
    assert scanner.scan(blocks) is None


def test_a_file_that_is_too_large_has_no_verdict(scanner: Scanner) -> None:
    with pytest.raises(UnreadableFile):
        scanner.scan([bytes(LIMIT // 2)] * 5)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK\0stream: OK\0",
        b"UNKNOWN COMMAND\0",
        b"stream:  FOUND\0",
        b"x" * 10_000,
        b"\xff\xfe\0",
    ],
)
def test_an_answer_that_is_no_verdict_is_refused(tmp_path: Path, answer: bytes) -> None:
    with pytest.raises(UnreadableFile):
        Clamd.at(str(protocol(tmp_path, lambda _: answer))).scan([b"a letter"])


def test_the_name_of_a_signature_is_one_short_printable_line(tmp_path: Path) -> None:
    hostile = b"stream: \x1b[2J\n" + b"x" * 500 + b" FOUND\0"
    found = Clamd.at(str(protocol(tmp_path, lambda _: hostile))).scan([b"a letter"])
    assert found is not None
    assert found.isprintable()
    assert len(found) < 100


def test_a_scanner_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        Clamd.at(str(tmp_path / "nobody")).scan([b"a letter"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UnreadableFile):
        Clamd.at(f"127.0.0.1:{port}").scan([b"a letter"])


@pytest.mark.parametrize("place", ["", "socket", "host", "host:", "host:0", "host:99999", "a/b:3"])
def test_an_address_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(InvalidValue):
        Clamd.at(place)


@pytest.mark.parametrize(
    ("place", "address"),
    [("/run/clamd", "/run/clamd"), ("host:3310", ("host", 3310)), ("[::1]:3310", ("::1", 3310))],
)
def test_an_address_is_a_socket_or_a_host(place: str, address: object) -> None:
    assert Clamd.at(place).address == address
