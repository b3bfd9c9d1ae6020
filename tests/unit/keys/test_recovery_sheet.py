from datetime import date

import segno

from keys.identity import HybridIdentity, parse_identity
from keys.recovery import COMPARTMENT_LINE, RECOVERY_LINE, RecoverySheet, qr_text

IDENTITY = HybridIdentity(b"\x05" * 32)
SHEET = RecoverySheet("6d0f2a58-archive", IDENTITY, date(2031, 4, 9))
TEXT = SHEET.render()
DARK = {" ": (0, 0), "\u2580": (1, 0), "\u2584": (0, 1), "\u2588": (1, 1)}


def test_the_identity_can_be_typed_from_the_sheet():
    lines = [line for line in TEXT.splitlines() if line.startswith("AGE-SECRET-KEY-PQ-1")]
    assert len(lines) == 1
    assert parse_identity(lines[0]).seed == IDENTITY.seed


def test_the_sheet_names_archive_date_and_both_commands():
    for words in ("6d0f2a58-archive", "2031-04-09", COMPARTMENT_LINE, RECOVERY_LINE, "age 1.3"):
        assert words in TEXT


def test_the_commands_use_stock_programs_only():
    assert RECOVERY_LINE == "cat HEADER PAYLOAD | age -d -i KEYFILE | zstd -d > DOCUMENT"
    assert COMPARTMENT_LINE.split()[0] == "age"


def test_the_sheet_fits_a_page():
    assert max(map(len, TEXT.splitlines())) <= 100
    assert len(TEXT.splitlines()) <= 66
    assert "\x1b" not in TEXT


def test_the_qr_code_holds_the_identity_module_for_module():
    drawn = qr_text(IDENTITY.encode()).splitlines()
    rows = [[DARK[cell][half] for cell in line] for line in drawn for half in (0, 1)]
    expected = [
        list(row) for row in segno.make_qr(IDENTITY.encode(), error="m").matrix_iter(border=4)
    ]
    assert rows[: len(expected)] == expected
    assert all(not any(row) for row in rows[len(expected) :])
    assert qr_text(IDENTITY.encode()) in TEXT


def test_printing_the_object_itself_shows_no_secret():
    assert IDENTITY.encode() not in repr(SHEET)
    assert IDENTITY.seed.hex() not in repr(SHEET)
