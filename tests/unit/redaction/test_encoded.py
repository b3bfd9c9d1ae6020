"""A name in a code that programs undo is found, and the whole code is hidden with it."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.ids import RecordId, SourceRef
from archive.model.redaction import ReadingCopy
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, leaks, propose
from archive.redaction.copytext import redact_text
from archive.redaction.encoded import encoded

NAME, KOREAN = "Ottilie Brackwater", "\ud558\uc740\ubcc4"
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0007"), (NAME, KOREAN))])
BEFORE, AFTER = "The ledger says ", " and no more."


def _uuencoded(words: str) -> str:
    return f"begin 644 letter.txt\n{binascii.b2a_uu(words.encode()).decode()}`\nend"


def _in_lines(coded: str) -> str:
    return "\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))


def _wrapped(words: str) -> str:
    return _in_lines(base64.b64encode(words.encode()).decode())


def _ending(name: str, bytes_of_last_line: int) -> str:
    """Return words with a name at their end, of which so much stands in a third line of Base64."""
    size = 2 * 57 + bytes_of_last_line  # RFC 2045, 6.8: 76 characters are 57 bytes
    return f"{' '.join(['a'] * 80)[: size - len(name.encode()) - 1]} {name}"


CODES = {
    "percent": "".join(f"%{byte:02X}" for byte in NAME.encode()),
    "percent-some": "https://post.example/%4Fttilie%20Brack%77ater?page=2",
    "percent-korean": quote(f"{KOREAN}.pdf"),
    "path": "file:///C:/Letters/Ottilie%20Brackwater.dotx",
    "quoted-printable": "Ottilie=20Brack=\nwater",
    "decimal": "&#79;ttilie &#66;rackwater",
    "hexadecimal": "Ottilie&#x20;&#x42;rackwater",
    "named": "Ottilie&nbsp;Brack&shy;water",
    "json": "\\u004fttilie\\nBrackwater",
    "json-korean": KOREAN.encode("unicode-escape").decode(),
    "calendar": "Ottilie\\nBrackwater\\;",
    "base64": base64.b64encode(NAME.encode()).decode(),
    "base64-url": base64.urlsafe_b64encode(f"??>{NAME}".encode()).decode(),
    "base64-in-lines": _wrapped(f"{'A long letter about nothing. ' * 5}{NAME} signed it."),
    "base64-short-last-line": _wrapped(_ending(NAME, 3)),
    "base64-last-letter": _wrapped(_ending(NAME, 1)),
    "base64-korean-last-line": _wrapped(_ending(KOREAN, 6)),
    "base64-utf-16": base64.b64encode(f"by {NAME}".encode("utf-16-le")).decode(),
    "base64-korean": base64.b64encode(f"{KOREAN} \uc528".encode()).decode(),
    "base64-code-page": base64.b64encode(f"\uc11c\uc6b8 {KOREAN}".encode("cp949")).decode(),
    "base64-big-endian": base64.b64encode(f"\uc11c\uc6b8 {KOREAN}".encode("utf-16-be")).decode(),
    "base64-little-endian": base64.b64encode(f"- {KOREAN}".encode("utf-16")).decode(),
    "base64-in-bytes": base64.b64encode(b"\x89\xff\x00" + NAME.encode() + b"\x00\xfe\x81").decode(),
    "hex": NAME.encode().hex(),
    "hex-in-lines": _in_lines(f"{'A long letter about nothing. ' * 2}{NAME}".encode().hex()),
    "hex-quoted": _in_lines(f"{'About nothing. ' * 2}{NAME} so".encode().hex()).replace(
        "\n", "\n> "
    ),
    "hex-code-page": KOREAN.encode("cp949").hex(),
    "uuencoded": _uuencoded(f"{NAME} signed it."),
}
GUESSES = {  # no more certain than a surname alone, or letters by themselves
    "quoted-mail": "Brack-\n> water",
    "boxes": "B\tR\tA\tC\tK\tW\tA\tT\tE\tR",
    "boxes-with-bars": "| B | R | A | C | K | W | A | T | E | R |",
}


def _shown(text: str) -> str:
    return redact_text(text, propose(text, REGISTER, (), hints=True))[0]


@pytest.mark.parametrize("code", [*CODES.values(), *GUESSES.values()], ids=[*CODES, *GUESSES])
def test_a_name_in_a_code_is_proposed_and_nothing_of_the_code_stays(code: str) -> None:
    shown = _shown(f"{BEFORE}{code}{AFTER}")
    assert "[Source 0007]" in shown
    assert shown.startswith(BEFORE.strip())
    assert shown.endswith(AFTER)
    assert len(shown) < len(BEFORE + AFTER) + 40, "only words beside it are left"


@pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())
def test_the_gate_reads_codes(code: str) -> None:
    copy = ReadingCopy(RecordId("r"), "A ledger", f"{BEFORE}{code}{AFTER}", "0" * 32)
    assert {leak.source for leak in leaks(copy, REGISTER)} == {SourceRef("S-0007")}


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_base64_is_read_behind_letters_of_its_alphabet(before: str) -> None:
    code = before + base64.b64encode(f"by {NAME}".encode()).decode()
    assert _shown(f"{BEFORE}{code}{AFTER}") == f"{BEFORE}[Source 0007]{AFTER}"


def test_a_card_hides_given_name_and_surname_together() -> None:
    card = "BEGIN:VCARD\nN:Brackwater;Ottilie;;Dr;\nTEL:1\nEND:VCARD"
    assert "Ottilie" not in _shown(card)


@pytest.mark.parametrize(
    "plain",
    [
        "a=20;b=30 & c&d; 100% sure \\n nothing",
        "internationalisation of DeoxyribonucleicAcid 0123456789abcdef",
        "=?x %zz \\uZZZZ &bogus; =\n= begin 644 x\nend",
        "\ud83d%F0%9F\udc00 \\u{110000} &#99999999;",
    ],
)
def test_what_only_looks_like_a_code_hides_nothing(plain: str) -> None:
    assert REGISTER.find(plain, hints=True) == ()


@given(st.text(), st.integers(0, 3), st.text())
def test_every_edit_lies_in_the_text_and_base64_is_found_at_any_place(
    before: str, shift: int, after: str
) -> None:
    code = base64.b64encode(b"." * shift + NAME.encode()).decode()
    text = f"{before}\n{code}\n{after}"
    for edit in encoded(text):
        assert 0 <= edit.start < edit.end <= len(text)
    at = len(before) + 1
    found = [(one.start, one.end) for one in REGISTER.find(text)]
    assert any(start <= at and at + len(code) - 2 <= end for start, end in found)


@pytest.mark.parametrize("beside", ["a0", "B", "41", "internationalisation", "deadbeefdeadbeef"])
@pytest.mark.parametrize("code", [base64.b64encode(NAME.encode()).decode(), NAME.encode().hex()])
def test_words_in_the_lines_beside_a_code_are_not_read_with_it_alone(
    code: str, beside: str
) -> None:
    for text in (f"{code}\n{beside}", f"{beside}\n{code}", f"{beside}\n{code}\n{beside}."):
        assert code not in _shown(text)


@given(*[st.text("A0a/+=-_\n>| \t\"x'.", max_size=24)] * 2, st.integers(0, 3))
def test_base64_is_found_whatever_looks_like_it_around(before: str, after: str, shift: int) -> None:
    code = base64.b64encode(b"." * shift + NAME.encode()).decode()
    assert code[4:] not in _shown(f"{before}\n{code}\n{after}")


def test_a_long_text_of_escapes_is_read_in_parts() -> None:
    text = "%41" * 20_000 + f" {quote(NAME)} " + "&amp; " * 20_000
    assert any(quote(NAME) in text[one.start : one.end] for one in REGISTER.find(text))


def test_in_bytes_that_are_no_text_only_the_text_is_read() -> None:
    code = base64.b64encode(b"\xff\x80" + NAME.encode() + b"\xfe\x80\x80 ab \x80\x80").decode()
    said = {line for edit in encoded(f"see {code}") for line in edit.words.split("\n")}
    assert NAME in said
    assert not any("\ufffd" in line or line == " ab " for line in said)
