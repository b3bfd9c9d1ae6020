"""Lines that are put together do not show where they ended."""

from __future__ import annotations

import pytest

from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.copytext import redact_text

NAME, MARKER = "NAME", "[redacted: S1]"


def _shown(text: str) -> str:
    at = text.index(NAME)
    one = Redaction(at, at + len(NAME), Reason.SOURCE_IDENTITY, Method.MANUAL, "manual")
    return redact_text(text, (one,))[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("saw NAME in the con-\nvoy", f"saw {MARKER} in the convoy"),
        ("a half-full sack, NAME, half-\nfull", f"a half-full sack, {MARKER}, half-full"),
        ("NAME is ex-\nBritish", f"{MARKER} is ex-British"),
        ("王先生说他\n没有看见\nNAME\n在市场。", f"王先生说他没有看见{MARKER}在市场。"),
        ("市场、\n米价NAME", f"市场、米价{MARKER}"),
        ("NAME 씨는 시장에서 말했\n다", f"{MARKER} 씨는 시장에서 말했다"),
        ("NAME 씨는 쌀과\n소금을 샀다", f"{MARKER} 씨는 쌀과 소금을 샀다"),
        ("NAME 씨는 산 \n길로 갔다", f"{MARKER} 씨는 산 길로 갔다"),
        (
            "NAME 씨는 산길로 갔다. 다시 산\n길로 갔다",
            f"{MARKER} 씨는 산길로 갔다. 다시 산길로 갔다",
        ),
        ("said NAME\n, twice", f"said {MARKER}, twice"),
    ],
)
def test_a_line_end_leaves_no_trace(text: str, shown: str) -> None:
    assert _shown(text) == shown


def test_an_item_behind_a_full_line_is_of_the_paragraph() -> None:
    full = "nobody had seen a convoy on the road that day and whoever came"
    text = f"{full}\n{full} NAME\n{full}\nsaid: {full}\n{full}"
    assert "\n" not in _shown(text)


def test_an_item_behind_a_short_line_or_another_item_keeps_its_line() -> None:
    full = "nobody had seen a convoy on the road that day and whoever came across"
    assert _shown(f"{full}\na NAME\nSaid: x").count("\n") == 1
    assert _shown(f"From: NAME and a few more\nTo: all of them\nSubject: {full}").count("\n") == 2
    assert _shown(f"- NAME {full}\n  {full}\n- {full}").count("\n") == 1
