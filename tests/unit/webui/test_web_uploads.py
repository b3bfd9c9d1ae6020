"""Resumable uploads, spoken as tus 1.0 asks: and everything that can be wrong with one."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from archive.errors import UploadBusy
from archive.model.access import Level, Role
from archive.services.intake import uploads as service
from archive.services.intake.uploads import LIFETIME
from archive.services.reading_room import access
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, words
from webui.app import create_app
from webui.desk import EXTENSION, Desk

TEXT = b"The lapwing ledger, kept in a drawer.\n" * 4000
SUM = hashlib.sha256(TEXT).hexdigest()
PIECES = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("uploads") / "archive", clock)
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def app(house: Household) -> Iterator[Flask]:
    made = create_app(house.archive)
    yield made
    desk: Desk = made.extensions[EXTENSION]
    desk.uploads.close()


class Sender:
    """A tus client in a signed-in browser."""

    def __init__(self, app: Flask, role: Role = Role.ARCHIVIST) -> None:
        self.visitor = Visitor(app)
        self.visitor.sign_in(role)
        self.visitor.get("/ingest" if role is Role.ARCHIVIST else "/about")

    def ask(
        self, method: str, path: str, data: bytes | None = None, **headers: str
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        known = {"Tus-Resumable": "1.0.0", "X-Strongroom-Token": self.visitor.token}
        return self.visitor.client.open(
            path,
            method=method,
            data=data,
            headers={**known, **named},
            base_url="https://localhost",
        )

    def create(self, size: int, name: str = "lapwing.txt", digest: str | None = None) -> str:
        answer = self.begin(size, name, digest)
        assert answer.status_code == 201, answer.text
        return answer.location

    def begin(self, size: int, name: str, digest: str | None = None) -> TestResponse:
        about = [f"filename {b64encode(name.encode()).decode()}"]
        about += [f"sha256 {b64encode(digest.encode()).decode()}"] if digest else []
        return self.ask("POST", "/ingest/uploads", Upload_Length=str(size), Upload_Metadata=",".join(about))  # fmt: skip  # noqa: E501

    def send(self, path: str, offset: int, data: bytes, **more: str) -> TestResponse:
        return self.ask("PATCH", path, data, Content_Type=PIECES, Upload_Offset=str(offset), **more)

    def hand_in(self, *paths: str, **behind: str) -> list[dict[str, str | None]]:
        ids = [path.rpartition("/")[2] for path in paths]
        answer = self.visitor.post("/ingest/uploads/hand-in", upload=ids, **behind)
        assert answer.status_code == 200, answer.text
        lines = [json.loads(line) for line in answer.text.splitlines()]
        answer.close()  # as a server does when all is sent
        return lines


@pytest.fixture
def sender(app: Flask) -> Sender:
    desk: Desk = app.extensions[EXTENSION]
    desk.uploads.close()
    return Sender(app)


def test_the_server_says_what_it_speaks(sender: Sender) -> None:
    answer = sender.ask("OPTIONS", "/ingest/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer.headers["Tus-Max-Size"]) == service.MAX_SIZE


def test_a_file_arrives_in_pieces_is_ingested_and_is_what_was_sent(
    house: Household, sender: Sender
) -> None:
    at = sender.create(len(TEXT), "drawer/lapwing.txt", SUM)
    assert "lapwing" not in at
    step = 40_000
    for start in range(0, len(TEXT), step):
        piece = TEXT[start : start + step]
        digest = b64encode(hashlib.sha256(piece).digest()).decode()
        answer = sender.send(at, start, piece, Upload_Checksum=f"sha256 {digest}")
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(start + len(piece))
        assert answer.headers["Upload-Expires"].endswith(" GMT")
    head = sender.ask("HEAD", at)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(len(TEXT)),) * 2
    assert head.headers["Cache-Control"] == "no-store"
    line, last = sender.hand_in(at)
    assert line["outcome"] == "ingested"
    page = sender.visitor.get(str(last["receipt"])).text
    assert "drawer/lapwing.txt" in page
    record = access.records(house.archive, house.session(Role.ARCHIVIST)).items[0].record
    view = access.show(house.archive, house.session(Role.ARCHIVIST), record, Level.ORIGINALS)
    assert view.metadata is not None
    assert view.metadata["sha256"] == SUM
    assert view.text == TEXT.decode()
    assert sender.ask("HEAD", at).status_code == 404


def test_several_files_get_one_receipt_and_a_line_each(sender: Sender) -> None:
    paths = []
    for name, data in {"a.txt": b"One curlew.", "b.txt": b"Two curlews.", "empty": b""}.items():
        paths.append(sender.create(len(data), name))
        if data:
            assert sender.send(paths[-1], 0, data).status_code == 204
    sender.visitor.get("/accessions")
    opened = sender.visitor.follow("/accessions", title="Birds").text
    ref = re.findall(r"A-\d{4}", opened)[0]
    lines = sender.hand_in(*paths, accession=ref)
    assert [one.get("outcome") for one in lines] == ["ingested", "ingested", "rejected", None]
    page = sender.visitor.get(str(lines[-1]["receipt"])).text
    assert all(name in page for name in ("a.txt", "b.txt", "empty"))
    newest = words(sender.visitor.get("/receipts").text).partition("Tam Archivist")[2]
    assert newest.startswith(" 3 complete")
    assert "2 ingested" in words(sender.visitor.get("/accessions").text)


def test_a_cut_off_upload_goes_on_in_another_window_of_the_same_member(
    app: Flask, sender: Sender
) -> None:
    at = sender.create(len(TEXT), digest=SUM)
    sender.send(at, 0, TEXT[:1000])
    again = Sender(app)
    rows = json.loads(again.ask("GET", "/ingest/uploads").text)
    (row,) = [one for one in rows if one["at"] == at]
    assert (row["offset"], row["size"], row["sha256"]) == (1000, len(TEXT), SUM)
    assert again.send(at, 1000, TEXT[1000:]).status_code == 204
    assert sender.send(at, 1000, TEXT[1000:]).status_code == 409
    assert again.ask("DELETE", at).status_code == 204
    assert again.ask("HEAD", at).status_code == 404


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.RESEARCHER, Role.AUDITOR])
def test_to_anybody_else_it_is_not_there(app: Flask, sender: Sender, role: Role) -> None:
    at = sender.create(10)
    other = Sender(app, role)
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = other.ask(method, at, b"x", Content_Type=PIECES, Upload_Offset="0")
        assert answer.status_code == 404
    rows = other.ask("GET", "/ingest/uploads")
    assert rows.status_code == 404 or json.loads(rows.text) == []
    other.visitor.get("/about")
    ids = [at.rpartition("/")[2]]
    assert other.visitor.post("/ingest/uploads/hand-in", upload=ids).status_code == 404
    assert sender.ask("HEAD", at).headers["Upload-Offset"] == "0"
    sender.ask("DELETE", at)


def test_what_is_wrong_is_refused_and_leaves_the_upload_as_it_was(sender: Sender) -> None:
    at = sender.create(10)
    digest = b64encode(hashlib.sha1(b"other", usedforsecurity=False).digest()).decode()
    wrong = {
        409: sender.send(at, 5, b"12345"),
        413: sender.send(at, 0, b"12345678901"),
        460: sender.send(at, 0, b"12345", Upload_Checksum=f"sha1 {digest}"),
        422: sender.send(at, 0, b"12345", Upload_Checksum=f"md5 {digest}"),
        400: sender.send(at, 0, b"12345", Upload_Checksum="sha1 ???"),
        415: sender.ask("PATCH", at, b"12345", Content_Type="text/plain", Upload_Offset="0"),
        412: sender.send(at, 0, b"12345", Tus_Resumable="0.2.2"),
        403: sender.send(at, 0, b"12345", X_Strongroom_Token="0" * 64),
    }
    assert {code: one.status_code for code, one in wrong.items()} == {code: code for code in wrong}
    assert wrong[412].headers["Tus-Version"] == "1.0.0"
    for offset in ("", "-1", "1e3", "٣", "9" * 19):
        assert sender.ask("PATCH", at, b"1", Content_Type=PIECES, Upload_Offset=offset).status_code == 400  # fmt: skip  # noqa: E501
    other = sender.ask("PATCH", at, b"1", Content_Type=PIECES, Upload_Offset="0", Sec_Fetch_Site="cross-site")  # fmt: skip  # noqa: E501
    assert other.status_code == 403
    ids = [at.rpartition("/")[2]]
    assert sender.visitor.post("/ingest/uploads/hand-in", upload=ids).status_code == 422
    assert sender.ask("HEAD", at).headers["Upload-Offset"] == "0"
    assert sender.send(at, 0, b"1234567890").status_code == 204
    sender.ask("DELETE", at)


def test_a_lying_hash_is_told_and_nothing_of_the_upload_stays(sender: Sender) -> None:
    at = sender.create(5, digest=SUM)
    assert sender.send(at, 0, b"12345").status_code == 460
    assert sender.ask("HEAD", at).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": "10"}, 422),
        ({"Upload_Metadata": "filename YQ=="}, 400),
        ({"Upload_Length": "ten", "Upload_Metadata": "filename YQ=="}, 400),
        ({"Upload_Length": "10", "Upload_Metadata": "filename ?"}, 400),
        ({"Upload_Length": "10", "Upload_Metadata": "filename YQ==,sha256 YQ=="}, 422),
        ({"Upload_Length": str(9 << 30), "Upload_Metadata": "filename YQ=="}, 413),
        ({"Upload_Length": "10", "Upload_Metadata": "filename YQ==", "Tus_Resumable": "2"}, 412),
    ],
)
def test_an_upload_that_cannot_be_begun_says_so(
    sender: Sender, headers: dict[str, str], status: int
) -> None:
    assert sender.ask("POST", "/ingest/uploads", **headers).status_code == status


def test_too_many_on_their_way_are_refused_and_old_ones_are_forgotten(
    house: Household, app: Flask, sender: Sender, clock: Clock
) -> None:
    begun = [sender.begin(10, f"{n}.txt") for n in range(service.MAX_UNFINISHED + 1)]
    assert [one.status_code for one in begun] == [*[201] * service.MAX_UNFINISHED, 423]
    desk: Desk = app.extensions[EXTENSION]
    clock.pass_(seconds=LIFETIME.total_seconds())
    assert desk.uploads.mine(house.archive, house.session(Role.ARCHIVIST)) == ()
    assert list((house.archive.folder.path).rglob("tmp/*/*")) == []
    assert Sender(app).begin(10, "again.txt").status_code == 201


@pytest.mark.usefixtures("sender")
def test_two_requests_at_one_upload_do_not_mix(house: Household, app: Flask) -> None:
    """The second is refused while the first has it in hand."""
    desk: Desk = app.extensions[EXTENSION]
    me = house.session(Role.ARCHIVIST)
    one = desk.uploads.create(house.archive, me, "x", 10)
    with desk.uploads._held(desk.uploads._own(house.archive, me, one.id)):
        with pytest.raises(UploadBusy):
            desk.uploads.append(house.archive, me, one.id, 0, b"12345")
        with pytest.raises(UploadBusy):
            desk.uploads.discard(house.archive, me, one.id)
    desk.uploads.discard(house.archive, me, one.id)
