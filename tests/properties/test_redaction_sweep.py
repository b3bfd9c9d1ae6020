"""Looking at many reading copies together finds what looking at each alone finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import Marker, Method, ReadingCopy, Reason, Redaction
from archive.model.sources import SourceForms
from archive.redaction import leaks, shown_by_index
from archive.redaction.copytext import redact_text
from archive.redaction.gate import looked_through
from archive.redaction.matcher import SourceMatcher
from archive.redaction.sweep import suspected, sweep

NAMES = ("Kim Myong-chol", "리명철", "Lindqvist", "010-1234-5678", "Maren Kalt")
REGISTER = SourceMatcher([SourceForms(SourceRef(f"S-{n:04d}"), (x,)) for n, x in enumerate(NAMES)])
LABEL = "[redacted: S2]"
PARTS = "Kim| Myong-chol|Lind|qvist |리명|철|010-1234|-5678|M. |Kalt|Maren\n| and |\n|.|Lindqvist"
pieces = st.sampled_from([LABEL, "리명철은", *PARTS.split("|")])


def copy_of(number: int, parts: list[str], title: str) -> ReadingCopy:
    text, markers = "", []
    for part in parts:
        if part == LABEL:
            markers.append(Marker(len(text), len(text) + len(part), part))
        text += part
    return ReadingCopy(RecordId(str(number)), title, text, "0" * 32, markers=tuple(markers))


@given(st.lists(st.tuples(st.lists(pieces, max_size=8), pieces), max_size=12))
@settings(max_examples=120, deadline=None)
def test_a_sweep_finds_what_the_gate_finds_in_each_copy(
    made: list[tuple[list[str], str]],
) -> None:
    copies = [copy_of(n, parts, title) for n, (parts, title) in enumerate(made)]
    swept = list(sweep(copies, REGISTER))
    assert swept == [(copy, leaks(copy, REGISTER)) for copy in copies]


def test_copies_that_fill_many_searches_are_all_looked_at() -> None:
    filler = "The ferry left at dusk and nobody said a word about it. " * 1200
    hits = (0, 2, 7)
    copies = [
        copy_of(n, [filler, "Maren Kalt" if n in hits else "Nobody"], "A letter") for n in range(9)
    ]
    found = [int(copy.record) for copy, places in sweep(copies, REGISTER) if places]
    assert found == list(hits)


@given(st.lists(st.lists(pieces, max_size=8), max_size=12))
@settings(max_examples=80, deadline=None)
def test_no_text_in_which_something_is_found_goes_without_a_suspicion(
    made: list[list[str]],
) -> None:
    texts = [(n, ["".join(parts), "nobody"]) for n, parts in enumerate(made)]
    judged = list(suspected(texts, REGISTER))
    assert [number for number, _ in judged] == list(range(len(made)))
    for (_, words), (_, unsure) in zip(texts, judged, strict=True):
        assert unsure or not any(map(REGISTER.find, words))


MIMICS = (
    "[|]|Source 0001|source 12345|redacted: S2|: S2]| |\u200b|\n|[redacted: S1]|[Source 0001]|Ada|-"
)
words = st.lists(st.sampled_from(MIMICS.split("|")), max_size=10).map("".join)


@given(words, st.lists(st.tuples(words, st.booleans()), max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_copy_lists_every_marker_that_the_index_sees_in_its_text(
    title: str, parts: list[tuple[str, bool]]
) -> None:
    text, hidden = "", []
    for part, hide in parts:
        if hide and part:
            end = len(text) + len(part)
            hidden.append(Redaction(len(text), end, Reason.CONTACT, Method.MANUAL, "manual"))
        text += part
    body, markers = redact_text(text, hidden)
    copy = ReadingCopy(RecordId("1"), title, body, "0" * 32, markers=markers)
    assert {*looked_through(copy)} <= {*shown_by_index(title, body), ""}
