"""Reading copies: nothing hidden has any influence, and nothing registered is left."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.model.ids import SourceRef
from archive.model.redaction import Method, ReadingCopy, Reason, Redaction
from archive.redaction import (
    MARKER,
    Description,
    decode_reading_copy,
    encode_reading_copy,
    leaks,
    propose,
)
from tests.unit.redaction.disguises import (
    HANGUL,
    HANGUL_NAMES,
    LATIN,
    LATIN_NAMES,
    copy_of,
    register,
)

ANY = st.characters(codec="utf-8")
WORDS = st.sampled_from(
    [
        *"abK가은王.,-'’\n\t _|",
        "\u00ad",
        "\u200b",
        "\u0301",
        "\r\n",
        "\n\n",
        "    ",
        "To: ",
        "[Source 0042]",
    ]
)
VISIBLE = st.one_of(st.lists(WORDS, max_size=25).map("".join), st.text(ANY, max_size=40))
HIDDEN = st.one_of(st.lists(WORDS, min_size=1, max_size=12).map("".join), st.text(ANY, min_size=1))
LABELS = st.sampled_from([(Reason.SOURCE_IDENTITY, "S-0042"), (Reason.CONTACT, None)])
NAMES = register(*LATIN_NAMES, *HANGUL_NAMES)


def _render(
    visible: list[str], hidden: list[str], labels: list[tuple[Reason, str | None]]
) -> ReadingCopy:
    """Render visible and hidden pieces in turn; the last piece is visible."""
    text, spans = "", []
    for piece, secret, (reason, source) in zip(visible, hidden, labels, strict=False):
        start = len(text) + len(piece)
        text += piece + secret
        ref = SourceRef(source) if source else None
        spans.append(Redaction(start, len(text), reason, Method.MANUAL, "manual", ref))
    return copy_of(text + visible[-1], *spans, description=Description("Twins", "2024", "en"))


@st.composite
def _twins(draw: st.DrawFn) -> tuple[ReadingCopy, ReadingCopy]:
    count = draw(st.integers(1, 4))
    visible = draw(st.lists(VISIBLE, min_size=count + 1, max_size=count + 1))
    labels = draw(st.lists(LABELS, min_size=count, max_size=count))
    one, other = (draw(st.lists(HIDDEN, min_size=count, max_size=count)) for _ in range(2))
    return _render(visible, one, labels), _render(visible, other, labels)


@given(_twins())
@settings(max_examples=800, deadline=None)
def test_originals_that_differ_only_where_hidden_give_the_same_bytes(
    twins: tuple[ReadingCopy, ReadingCopy],
) -> None:
    """Title and date are left out: words that were marked by hand are hidden in them too."""
    plain = [replace(copy, title="", date=None) for copy in twins]
    one, other = map(encode_reading_copy, plain)
    assert one == other


@given(_twins())
@settings(max_examples=200, deadline=None)
def test_every_copy_survives_its_bytes_and_lists_every_marker(
    twins: tuple[ReadingCopy, ReadingCopy],
) -> None:
    copy = twins[0]
    assert decode_reading_copy(encode_reading_copy(copy)) == copy
    assert [m.span() for m in MARKER.finditer(copy.text)] == [
        (m.start, m.end) for m in copy.markers
    ]


@st.composite
def _letters(draw: st.DrawFn) -> str:
    latin = st.builds(lambda f, n: f(n), st.sampled_from(LATIN), st.sampled_from(LATIN_NAMES))
    hangul = st.builds(lambda f, n: f(n), st.sampled_from(HANGUL), st.sampled_from(HANGUL_NAMES))
    part = st.sampled_from(["Kim", "Myong", "chol", "김", "명철", "Ri", "Yong", "O'", "K.", "fox"])
    pieces = st.one_of(latin, hangul, part, WORDS, st.text(ANY, max_size=8))
    return "".join(draw(st.lists(pieces, max_size=30)))


@example("Marguerite \r\n\t O'Shaughnessya", "")
@example("PAK SUN-HUI\xadJürgen Weißhaupt", "PAK SUN-HUI\xadJürgen Weißhaupt")
@example("", "kim myong-chol\xadKIM MYONG-CHOL")
@example("kim myong-chol\xadKIM MYONG-CHOL", "")
@example("kim myong-chol\u200b\u00adKIM MYONG-CHOL", "")
@given(_letters(), _letters())
@settings(max_examples=700, deadline=None)
def test_proposed_redactions_leave_nothing_registered(text: str, title: str) -> None:
    description = Description(title, metadata={"kind": title})
    copy = copy_of(text, *propose(text, NAMES, ()), matcher=NAMES, description=description)
    assert leaks(copy, NAMES) == ()


@given(_letters())
@settings(max_examples=300, deadline=None)
def test_rendering_what_was_rendered_changes_nothing_but_markers(text: str) -> None:
    copy = copy_of(text, *propose(text, NAMES, ()), matcher=NAMES)
    again = copy_of(copy.text, matcher=NAMES)
    assert len(again.text) == len(copy.text)
    assert again.text.replace("(", "[").replace(")", "]") == copy.text.replace("(", "[").replace(
        ")", "]"
    )
