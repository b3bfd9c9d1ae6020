"""Signed notes and checkpoints: the published example, both signatures, every broken form."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import LedgerTampered
from archive.ledger import LogKey, encode_checkpoint, open_checkpoint, unverified_checkpoint
from archive.ledger.note import ED25519, MLDSA44, open_note
from archive.model.provenance import Checkpoint
from keys.signing import Ed25519Signer, Ed25519Verifier, MlDsa44Signer, MlDsa44Verifier
from tests.unit.ledger.ledgers import ORIGIN, START, digest

# C2SP signed-note, "Verifier keys", example
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n"
    "\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFX"
    "mRKuwHjG1Yu72IneyaQM=\n"
)

ED = Ed25519Signer.from_seed(digest("ed"))
ML = MlDsa44Signer.from_seed(digest("ml"))
KEYS = (LogKey(ORIGIN, ED25519, ED.public), LogKey(ORIGIN, MLDSA44, ML.public))
HEAD = Checkpoint(ORIGIN, 20, digest("root"))
NOTE = encode_checkpoint(HEAD, ((KEYS[0], ED), (KEYS[1], ML)), now=START)


def line(key: LogKey, raw: bytes) -> str:
    return f"\u2014 {key.name} {base64.b64encode(key.key_hash + raw).decode()}\n"


def raw_lines(note: str = NOTE) -> list[bytes]:
    return [base64.b64decode(one.split(" ")[2])[4:] for one in note.splitlines()[4:]]


def ed_signed(text: str) -> str:
    return f"{text}\n{line(KEYS[0], ED.sign(text.encode()))}"


def test_the_published_example_verifies() -> None:
    key = LogKey.parse(EXAMPLE_KEY)
    assert open_note(EXAMPLE, [key]) == "This is an example message.\n"
    assert key.encode() == EXAMPLE_KEY
    with pytest.raises(LedgerTampered):
        open_note(EXAMPLE.replace("example message", "Example message"), [key])


def test_a_checkpoint_comes_back() -> None:
    assert open_checkpoint(NOTE, KEYS) == HEAD
    assert unverified_checkpoint(NOTE) == HEAD


def test_the_text_is_origin_size_and_root() -> None:
    root = base64.b64encode(HEAD.root).decode()
    assert NOTE.startswith(f"{ORIGIN}\n20\n{root}\n\n\u2014 {ORIGIN} ")
    assert NOTE.count("\n") == 6


def test_the_first_line_is_ed25519_over_the_text() -> None:
    Ed25519Verifier(ED.public).verify(NOTE.partition("\n\n")[0].encode() + b"\n", raw_lines()[0])


def test_the_second_line_is_a_timestamped_cosignature_of_the_tree_head() -> None:
    raw = raw_lines()[1]
    stamp, signature = raw[:8], raw[8:]
    assert struct.unpack(">Q", stamp) == (int(START.timestamp()),)
    assert len(signature) == 2420
    name = bytes([len(ORIGIN)]) + ORIGIN.encode()
    message = b"subtree/v1\n\0" + name + stamp + name + struct.pack(">QQ", 0, 20) + HEAD.root
    MlDsa44Verifier(ML.public).verify(message, signature)


def test_key_hashes_bind_name_type_and_key() -> None:
    expected = hashlib.sha256(ORIGIN.encode() + b"\n\x06" + ML.public).digest()[:4]
    assert KEYS[1].key_hash == expected
    assert KEYS[0].key_hash != LogKey("other", ED25519, ED.public).key_hash


@pytest.mark.parametrize("key", KEYS)
def test_verifier_keys_come_back(key: LogKey) -> None:
    assert LogKey.parse(key.encode()) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("example", "exampl3"),
        EXAMPLE_KEY.replace("example.com/", "exa mple.com/"),
        EXAMPLE_KEY[:-4],
        EXAMPLE_KEY + "\n",
        LogKey("a\u2003b", ED25519, ED.public).encode(),
        LogKey("", ED25519, ED.public).encode(),
        LogKey("x" * 256, ED25519, ED.public).encode(),
        LogKey(ORIGIN, 0x02, ED.public).encode(),
        LogKey(ORIGIN, ED25519, b"").encode(),
        LogKey(ORIGIN, ED25519, bytes(32)).encode(),
        LogKey(ORIGIN, MLDSA44, ED.public).encode(),
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(LedgerTampered):
        LogKey.parse(text)


@settings(deadline=None)
@given(position=st.integers(min_value=0, max_value=len(NOTE) - 1), bit=st.integers(0, 6))
def test_a_changed_character_anywhere_is_noticed(position: int, bit: int) -> None:
    other = chr(ord(NOTE[position]) ^ 1 << bit)
    with pytest.raises(LedgerTampered):
        open_checkpoint(NOTE[:position] + other + NOTE[position + 1 :], KEYS)


@pytest.mark.parametrize("cut", [1, 2, 30, 3000, len(NOTE)])
def test_a_note_that_was_cut_is_refused(cut: int) -> None:
    with pytest.raises(LedgerTampered):
        open_checkpoint(NOTE[:-cut], KEYS)


def test_both_keys_of_the_log_must_have_signed() -> None:
    for gone in (4, 5):
        lines = NOTE.splitlines(keepends=True)
        del lines[gone]
        with pytest.raises(LedgerTampered):
            open_checkpoint("".join(lines), KEYS)
        assert open_checkpoint("".join(lines), [KEYS[5 - gone]]) == HEAD


def test_signatures_of_strangers_are_passed_over() -> None:
    stranger = LogKey("witness.example", ED25519, digest("unknown"))
    namesake = LogKey(ORIGIN, ED25519, digest("unknown"))
    more = NOTE + "".join(line(key, bytes(64)) for key in (stranger, namesake) * 8)
    assert open_checkpoint(more, KEYS) == HEAD


def test_a_second_signature_of_the_same_key_is_refused() -> None:
    with pytest.raises(LedgerTampered):
        open_checkpoint(NOTE + line(KEYS[0], bytes(64)), KEYS)


def test_no_key_means_no_trust() -> None:
    with pytest.raises(LedgerTampered):
        open_checkpoint(NOTE, [])


def test_the_origin_must_be_the_name_of_the_keys() -> None:
    text = f"another.example/log\n20\n{base64.b64encode(HEAD.root).decode()}\n"
    with pytest.raises(LedgerTampered):
        open_checkpoint(ed_signed(text), KEYS[:1])


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: bytes(8) + raw[8:],
        lambda raw: b"\x80" + raw[1:],
        lambda raw: raw[:8],
        lambda raw: raw[:7],
        lambda raw: b"",
        lambda raw: raw + b"\0",
    ],
)
def test_the_time_of_the_second_line_is_signed(change: Callable[[bytes], bytes]) -> None:
    head = NOTE[: NOTE.rindex("\u2014")]
    with pytest.raises(LedgerTampered):
        open_checkpoint(head + line(KEYS[1], change(raw_lines()[1])), KEYS)


def test_a_signed_time_beyond_2_to_the_63_is_refused() -> None:
    stamp = struct.pack(">Q", 2**63)
    name = bytes([len(ORIGIN)]) + ORIGIN.encode()
    message = b"subtree/v1\n\0" + name + stamp + name + struct.pack(">QQ", 0, 20) + HEAD.root
    head = NOTE[: NOTE.rindex("\u2014")]
    with pytest.raises(LedgerTampered):
        open_checkpoint(head + line(KEYS[1], stamp + ML.sign(message)), KEYS)


@pytest.mark.parametrize("control", ["\t", "\r", "\0", "\x1b"])
def test_a_signed_text_with_control_characters_is_refused(control: str) -> None:
    with pytest.raises(LedgerTampered):
        open_note(ed_signed(f"a{control}b\n"), KEYS[:1])


@pytest.mark.parametrize(
    "lines",
    [
        [ORIGIN, "20"],
        [ORIGIN, "20", "ROOT", "an extension line"],
        [ORIGIN, "020", "ROOT"],
        [ORIGIN, "-1", "ROOT"],
        [ORIGIN, "1e3", "ROOT"],
        [ORIGIN, "٢", "ROOT"],
        [ORIGIN, "", "ROOT"],
        [ORIGIN, "1" * 20, "ROOT"],
        [ORIGIN, "20", "QQ=="],
        [ORIGIN, "20", base64.b64encode(digest("root")).decode().rstrip("=")],
        ["", "20", "ROOT"],
        [ORIGIN, "20\t", "ROOT"],
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(lines: list[str]) -> None:
    root = base64.b64encode(HEAD.root).decode()
    text = "".join(f"{one}\n".replace("ROOT", root) for one in lines)
    with pytest.raises(LedgerTampered):
        open_checkpoint(ed_signed(text), KEYS[:1])


def test_a_text_with_empty_lines_ends_at_the_last_of_them() -> None:
    text = "first\n\nsecond\n"
    assert open_note(ed_signed(text), KEYS[:1]) == text


@pytest.mark.parametrize(
    "note", ["", "text", "text\n", "text\n\n", "a\n\n\u2014 b QQ=", None, b"x"]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(LedgerTampered):
        open_note(note, KEYS)


def test_two_times_give_two_notes_with_one_meaning() -> None:
    later = encode_checkpoint(
        HEAD, ((KEYS[0], ED), (KEYS[1], ML)), now=START + timedelta(seconds=9)
    )
    assert raw_lines(later)[0] == raw_lines()[0]
    assert raw_lines(later)[1][:8] != raw_lines()[1][:8]
    assert open_checkpoint(later, KEYS) == HEAD
