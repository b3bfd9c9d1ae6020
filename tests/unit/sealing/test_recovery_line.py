"""The lines printed on the recovery sheet, run by a shell: stock programs and nothing of ours."""

import os
import subprocess
from datetime import date

import pytest

from archive.sealing import SealingWriter, new_header
from keys.age import seal_small
from keys.identity import HybridIdentity, X25519Identity
from keys.recovery import COMPARTMENT_LINE, RECOVERY_LINE, RecoverySheet

SHEET = HybridIdentity(b"\x31" * 32)
COMPARTMENT = HybridIdentity(b"\x32" * 32)
CONTENT = "서랍 안의 편지 / a letter in the drawer\n".encode() * 60_000 + os.urandom(1_500_000)


def store(folder, identity) -> None:
    """Write HEADER and PAYLOAD as they lie in an archive."""
    header, file_key = new_header([identity.recipient()], random=os.urandom)
    (folder / "HEADER").write_bytes(header)
    with (folder / "PAYLOAD").open("wb") as payload:
        writer = SealingWriter(file_key, payload, random=os.urandom)
        writer.write(CONTENT)
        writer.finish()


def shell(line: str, folder, path: str) -> None:
    subprocess.run(["sh", "-ec", line], cwd=folder, check=True, env={"PATH": path})


def test_the_sheet_alone_recovers_a_document(tmp_path, path_with_age, zstd_program):
    sheet = RecoverySheet("an-archive", SHEET, date(2031, 4, 9)).render()
    sealed = seal_small(COMPARTMENT.encode().encode(), [SHEET.recipient()], random=os.urandom)
    (tmp_path / "COMPARTMENT.age").write_bytes(sealed)
    store(tmp_path, COMPARTMENT)
    typed = next(line for line in sheet.splitlines() if line.startswith("AGE-SECRET-KEY"))
    (tmp_path / "SHEETFILE").write_text(typed + "\n")
    for line in (COMPARTMENT_LINE, RECOVERY_LINE):
        assert f"   {line}\n" in sheet
        shell(line, tmp_path, path_with_age)
    assert (tmp_path / "DOCUMENT").read_bytes() == CONTENT


def test_the_line_works_with_the_age_program_and_a_classical_key(
    tmp_path, age_program, zstd_program
):
    identity = X25519Identity(b"\x33" * 32)
    store(tmp_path, identity)
    (tmp_path / "KEYFILE").write_text(identity.encode() + "\n")
    shell(RECOVERY_LINE, tmp_path, os.environ["PATH"])
    assert (tmp_path / "DOCUMENT").read_bytes() == CONTENT


def test_zstd_alone_notices_nothing_strange(tmp_path, path_with_age, zstd_program):
    store(tmp_path, COMPARTMENT)
    (tmp_path / "KEYFILE").write_text(COMPARTMENT.encode())
    shell("cat HEADER PAYLOAD | age -d -i KEYFILE > PLAIN.zst", tmp_path, path_with_age)
    ran = subprocess.run(
        [zstd_program, "-tv", "PLAIN.zst"], cwd=tmp_path, capture_output=True, check=True
    )
    assert b"error" not in ran.stderr.lower()


@pytest.mark.parametrize("wrong", [SHEET, X25519Identity(b"\x34" * 32)])
def test_another_key_recovers_nothing(tmp_path, path_with_age, zstd_program, wrong):
    store(tmp_path, COMPARTMENT)
    (tmp_path / "KEYFILE").write_text(wrong.encode())
    shell(RECOVERY_LINE + " || true", tmp_path, path_with_age)
    assert (tmp_path / "DOCUMENT").read_bytes() == b""
