"""A witness on another machine: carried by hand here, through the real command line."""

from __future__ import annotations

from pathlib import Path

from tests.household import Household


def test_a_checkpoint_is_carried_to_a_witness_and_its_cosignature_back(tmp_path: Path) -> None:
    house = Household(tmp_path).found()
    assert house.run("audit", "pin", tmp_path / "pin").code == 0
    folder = tmp_path / "witness"
    made = house.run("audit", "witness", "init", folder, "--name", "w.example", "--pin", "pin")
    assert made.code == 1
    made = house.run(
        "audit", "witness", "init", folder, "--name", "w.example", "--pin", tmp_path / "pin"
    )
    assert made.code == 0, made
    policy = house.folder / "witnesses.policy"
    policy.write_text(f"witness w {made.data['vkeys'][1]}\nquorum w\n")
    old = str(house.run("audit", "verify").data["size"])
    house.run("search", "rice", member="researcher")
    assert house.run("audit", "verify").code == 4
    ask, answer = tmp_path / "ask.txt", tmp_path / "answer.txt"
    asked = house.run(
        "audit", "cosign", "--request", ask, "--old", old, "--qr", tmp_path / "ask.svg"
    )
    assert asked.code == 0, asked
    assert (tmp_path / "ask.svg").read_bytes().startswith(b"<?xml")
    assert house.run("audit", "witness", "cosign", folder, ask, answer).code == 0
    assert house.run("audit", "cosign", "--answer", answer).code == 0
    seen = house.run("audit", "verify")
    assert (seen.code, seen.data["cosigned"]) == (0, seen.data["size"])
    assert house.run("audit", "witnesses").data["behind"] == 0
    proofs = tmp_path / "proofs"
    assert house.run("audit", "prove", "1", "-o", proofs).code == 0
    words = ["audit", "check-proof", proofs / "1.tlog-proof", "--pin", tmp_path / "pin"]
    assert house.run(*words, "--policy", policy).data["cosigned"] is True
    path = proofs / "1.tlog-proof"
    path.write_text(path.read_text().replace("index 1", "index 0"))
    wrong = house.run(*words)
    assert wrong.code == 4
    assert [one["code"] for one in wrong.data["failures"]] == ["inclusion"]
