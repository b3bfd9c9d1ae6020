"""What the socket lets in: nothing large from strangers, nothing of unknown length."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from archive.model.access import Member, Role
from archive.model.ids import MemberId
from webui.gate import Known, cookie_of, make_parser
from webui.settings import COOKIE, Settings

SETTINGS = Settings(max_upload=100_000, max_small=1_000)


def parse(head: str, live: bool, body: bytes = b"") -> HTTPRequestParser:
    most = SETTINGS.max_upload if live else 0
    parser = make_parser(SETTINGS, Known(lambda cookie: most if cookie == "c0ffee" else 0))(
        Adjustments(max_request_body_size=SETTINGS.max_upload + 1)
    )
    parser.received(f"POST /ingest HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode())
    if not parser.completed:
        parser.received(body)
    return parser


def test_a_stranger_may_send_a_small_form() -> None:
    parser = parse("Content-Length: 1000\r\n", live=False, body=b"x" * 1000)
    assert parser.error is None
    assert parser.completed


def test_a_stranger_may_not_send_a_large_body() -> None:
    parser = parse("Content-Length: 1001\r\n", live=False)
    assert parser.completed
    assert parser.error.code == 413


def test_a_cookie_without_a_session_does_not_help() -> None:
    parser = parse(f"Cookie: {COOKIE}=c0ffee\r\nContent-Length: 1001\r\n", live=False)
    assert parser.error.code == 413


def test_a_live_session_may_send_up_to_the_limit_and_no_more() -> None:
    head = f"Cookie: other=1; {COOKIE}=c0ffee\r\n"
    assert parse(f"{head}Content-Length: 100000\r\n", live=True).error is None
    assert parse(f"{head}Content-Length: 100001\r\n", live=True).error.code == 413


def test_a_body_of_unknown_length_is_refused_even_from_a_member() -> None:
    parser = parse(f"Cookie: {COOKIE}=c0ffee\r\nTransfer-Encoding: chunked\r\n", live=True)
    assert parser.error.code == 411


@pytest.mark.parametrize("length", ["", "Content-Length: 0\r\n", "Content-Length: 4\r\n"])
def test_a_coding_in_a_request_of_an_older_version_is_refused_too(length: str) -> None:
    parser = make_parser(SETTINGS, Known(lambda _: 0))(Adjustments())
    head = f"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n{length}\r\n"
    parser.received(head.encode())
    assert parser.completed
    assert parser.error.code == 411


def test_who_may_not_hand_in_files_sends_less() -> None:
    cases = {Role.ARCHIVIST: SETTINGS.max_upload, Role.RESEARCHER: 50_000, Role.AUDITOR: 50_000}
    settings = replace(SETTINGS, max_form=50_000)
    for role, most in cases.items():
        assert settings.most(Member(MemberId("m"), role)) == most


def test_a_refused_client_is_not_told_to_continue() -> None:
    parser = parse("Expect: 100-continue\r\nContent-Length: 5000\r\n", live=False)
    assert not parser.expect_continue


@pytest.mark.parametrize(
    ("header", "value"),
    [("", ""), (f"{COOKIE}=abc", "abc"), (f"a=b; {COOKIE}=abc", "abc"), (f"x{COOKIE}=abc", "")],
)
def test_the_session_cookie_is_found_among_others(header: str, value: str) -> None:
    assert cookie_of(header) == value


@given(st.text(st.characters(max_codepoint=255)))
def test_no_cookie_header_breaks_the_parser(header: str) -> None:
    assert isinstance(cookie_of(header), str)
