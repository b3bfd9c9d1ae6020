"""Whatever a child answers, the parent returns a valid extraction or a clean error."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ReaderFailed, ReaderLimit, SandboxError
from archive.extraction import Concern, Limits, NoText, Refusal
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.decoding import decode, decode_anyhow
from archive.extraction.signatures import media_type
from archive.extraction.wire import PREFIX, Answer, encode_answer, parse_answer, parse_prefix
from archive.model.objects import Attachment, CanonicalText, Extraction, WordBox

LIMITS = Limits(header_bytes=1 << 16, answer_bytes=1 << 20, text_code_points=4_000)
CANARY = "Thistledown Okapi"
shown = st.text(min_size=1, max_size=60).map(neutralise).filter(lambda text: not is_blank(text))
coordinate = st.floats(0, 1e4, width=32)


@st.composite
def texts(draw: st.DrawFn) -> CanonicalText:
    text = draw(shown)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pages = (0, *draw(st.lists(st.integers(0, len(text)), max_size=3).map(sorted)))
    boxes = []
    for start, end in pairwise(cuts):
        left, right = sorted((draw(coordinate), draw(coordinate)))
        bottom, top = sorted((draw(coordinate), draw(coordinate)))
        page = draw(st.integers(0, len(pages) - 1))
        boxes.append(WordBox(start, end, page, left, bottom, right, top))
    encoding = draw(st.sampled_from([None, "utf-8", "cp949"]))
    return CanonicalText(text, "reader/1 (x 1.2)", pages, tuple(boxes), encoding)


names = st.sampled_from(["", "a.txt", "../b", "이름.pdf"])
attachments = st.lists(
    st.one_of(
        st.builds(
            lambda name, data: Attachment(name, media_type(data), data),
            names,
            st.binary(max_size=50),
        ),
        st.builds(
            lambda name, reason: Attachment(name, media_type(b""), b"", reason.value),
            names,
            st.sampled_from(Refusal),
        ),
    ),
    max_size=3,
).map(tuple)
metadata = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True),
    st.sampled_from(["x", "한서연", "two words"]),
    max_size=3,
)
concerns = st.sets(st.sampled_from(Concern)).map(
    lambda some: tuple(one.value for one in Concern if one in some)
)
extractions = st.one_of(
    st.builds(Extraction, texts(), metadata, attachments, st.none(), concerns),
    st.builds(
        Extraction,
        st.none(),
        metadata,
        attachments,
        st.sampled_from([reason.value for reason in NoText]),
        concerns,
    ),
)


def frame(found: Extraction) -> bytes:
    return b"".join(encode_answer(Answer.READ, LIMITS, found))


def parse(answer: bytes) -> Extraction:
    header, body = parse_prefix(answer[: PREFIX.size], LIMITS)
    rest = answer[PREFIX.size :]
    return parse_answer(rest[:header], rest[header : header + body], LIMITS)


def assert_valid(found: Extraction) -> None:
    assert (found.text is None) == (found.reason is not None)
    for value in (*found.metadata.values(), *(one.untrusted_name for one in found.attachments)):
        assert neutralise(value) == value
        assert "\n" not in value
    for one in found.attachments:
        assert one.reason is None or (one.reason in {e.value for e in Refusal} and not one.data)
    if found.text is None:
        return
    text = found.text
    assert neutralise(text.text) == text.text
    text.text.encode("utf-8")
    assert list(text.pages) == sorted(text.pages)
    for box in text.boxes:
        assert 0 <= box.start < box.end <= len(text.text)
        assert 0 <= box.page < len(text.pages)
        assert box.left <= box.right
        assert box.bottom <= box.top
    for earlier, later in pairwise(text.boxes):
        assert earlier.end <= later.start


@given(found=extractions)
def test_a_valid_extraction_survives_the_wire(found: Extraction) -> None:
    assert parse(frame(found)) == found
    assert_valid(parse(frame(found)))


@given(answer=st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(answer: bytes) -> None:
    with pytest.raises(SandboxError):
        parse(answer)


@settings(max_examples=300)
@given(found=extractions, data=st.data())
def test_a_changed_answer_is_refused_or_still_valid(found: Extraction, data: st.DataObject) -> None:
    answer = bytearray(frame(found))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(answer) - 1))
        answer[at] = data.draw(st.integers(0, 255))
    try:
        result = parse(bytes(answer))
    except SandboxError:
        return
    assert_valid(result)


GOOD: dict[str, object] = {
    "outcome": "read",
    "reason": None,
    "concerns": [],
    "reader": "reader/1",
    "encoding": None,
    "metadata": {"title": "t"},
    "text": 6,
    "pages": 2,
    "boxes": 0,
    "attachments": [],
}


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "failed"},
        {"outcome": None},
        {"reason": "there is no text in it"},
        {"reason": CANARY},
        {"concerns": None},
        {"concerns": [CANARY]},
        {"concerns": [["x"]]},
        {"concerns": [Concern.DAMAGED.value] * 2},
        {"reader": CANARY + "\n"},
        {"reader": None},
        {"reader": "x" * 121},
        {"encoding": "UTF 8"},
        {"encoding": 8},
        {"metadata": []},
        {"metadata": {"Title": "x"}},
        {"metadata": {"title": 1}},
        {"text": -6},
        {"text": 6.0},
        {"text": True},
        {"text": 7},
        {"pages": 1},
        {"boxes": 1},
        {"attachments": {}},
        {"attachments": [["a"]]},
        {"attachments": [["a", "0", None]]},
        {"attachments": [[1, 0, None]]},
        {"attachments": [["a", 0]]},
        {"attachments": [["a", 0, CANARY]]},
        {"attachments": [["a", 3, Refusal.LINK.value]], "text": 3},
        {"extra": 1},
    ],
)
def test_a_header_that_lies_is_refused(change: dict[str, object]) -> None:
    body = b"abcdef" + bytes(4) + b"\0\0\0\3"
    assert parse_answer(json.dumps(GOOD).encode(), body, LIMITS).text is not None
    with pytest.raises(ReaderFailed):
        parse_answer(json.dumps(GOOD | change).encode(), body, LIMITS)


def test_names_and_metadata_of_an_answer_are_neutralised_by_the_parent() -> None:
    odd = "a\u202e\x1b\ud800\nb" * 2_000
    change = {"attachments": [[odd, 0, None]], "metadata": {"title": odd, "subject": " \n"}}
    body = b"abcdef" + bytes(4) + b"\0\0\0\3"
    found = parse_answer(json.dumps(GOOD | change).encode(), body, LIMITS)
    assert found.attachments[0].untrusted_name == ("a\u200b\ufffd\ufffd b" * 2_000)[:255]
    assert found.metadata == {"title": ("a\u200b\ufffd\ufffd b" * 2_000)[:4_096]}


def with_boxes(*boxes: WordBox) -> bytes:
    return frame(Extraction(CanonicalText("abcdef", "reader/1", (0, 3), boxes)))


@pytest.mark.parametrize(
    "boxes",
    [
        [WordBox(0, 3, 0, 1, 1, 2, 2), WordBox(2, 4, 0, 1, 1, 2, 2)],
        [WordBox(3, 4, 0, 1, 1, 2, 2), WordBox(0, 1, 0, 1, 1, 2, 2)],
        [WordBox(0, 7, 0, 1, 1, 2, 2)],
        [WordBox(2, 2, 0, 1, 1, 2, 2)],
        [WordBox(0, 1, 2, 1, 1, 2, 2)],
        [WordBox(0, 1, 0, 2, 1, 1, 2)],
        [WordBox(0, 1, 0, 1, 2, 2, 1)],
        [WordBox(0, 1, 0, -1, 1, 2, 2)],
        [WordBox(0, 1, 0, float("nan"), 1, 2, 2)],
        [WordBox(0, 1, 0, 1, 1, 2, float("inf"))],
    ],
)
def test_boxes_that_cannot_be_are_refused(boxes: list[WordBox]) -> None:
    assert parse(with_boxes(WordBox(0, 3, 0, 1, 1, 2, 2), WordBox(3, 6, 1, 1, 1, 2, 2)))
    with pytest.raises(ReaderFailed):
        parse(with_boxes(*boxes))


@pytest.mark.parametrize("pages", [(1,), (0, 4, 3), (0, 7)])
def test_pages_that_cannot_be_are_refused(pages: tuple[int, ...]) -> None:
    with pytest.raises(ReaderFailed):
        parse(frame(Extraction(CanonicalText("abcdef", "reader/1", pages))))


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "limit"},
        {"pages": 100_001},
        {"boxes": 10**9},
        {"attachments": [["a", 0, None]] * 100_001},
        {"attachments": [["a", 1 << 40, None]]},
        {"metadata": {f"k{number}": "x" for number in range(65)}},
    ],
)
def test_a_header_that_asks_for_too_much_is_a_limit(change: dict[str, object]) -> None:
    body = b"abcdef" + bytes(4) + b"\0\0\0\3"
    with pytest.raises(ReaderLimit):
        parse_answer(json.dumps(GOOD | change).encode(), body, LIMITS)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"[" * 100_000, b""),
        (b'{"text": NaN}', b""),
        (b"1" * 9_999, b""),
        (b"\xff", b""),
        (CANARY.encode(), CANARY.encode()),
        (json.dumps(GOOD | {"text": 6, "pages": 0}).encode(), b"\xff" + CANARY.encode()[:5]),
    ],
)
def test_a_refusal_holds_nothing_of_what_was_refused(header: bytes, body: bytes) -> None:
    with pytest.raises(SandboxError) as caught:
        parse_answer(header, body, LIMITS)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("header", "body"), [(1 << 17, 0), (10, 1 << 21), (0, 1 << 63)])
def test_an_announcement_over_the_limits_is_a_limit(header: int, body: int) -> None:
    with pytest.raises(ReaderLimit):
        parse_prefix(PREFIX.pack(b"SRX1", header, body), LIMITS)


@given(text=st.text(max_size=80))
def test_neutralising_keeps_length_and_is_done_once(text: str) -> None:
    clean = neutralise(text)
    assert len(clean) == len(text)
    assert neutralise(clean) == clean


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_unicode_text_is_decoded_as_it_was(text: str, encoding: str) -> None:
    if not text.startswith("\ufeff") and "\x1b" not in text and "\0" not in text:
        assert decode_anyhow(text.encode(encoding)).text == text


@given(data=st.binary(max_size=120), label=st.one_of(st.none(), st.text(max_size=12)))
def test_any_bytes_decode_to_text_or_to_nothing(data: bytes, label: str | None) -> None:
    decode(data, label)
    assert isinstance(decode_anyhow(data, label).text, str)


@given(text=st.text(max_size=80))
def test_line_ends_joined_twice_are_line_ends_joined_once(text: str) -> None:
    assert "\r" not in neutralise(join_line_ends(text))
