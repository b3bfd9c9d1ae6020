"""Public cases: transparency-dev/merkle's proofs, and the roots of RFC 6962's own tests."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from archive.ledger import Frontier, Tree, leaf_hash, verify_consistency, verify_inclusion

TESTDATA = Path(__file__).parents[2] / "vectors" / "merkle" / "testdata"
CASES = {"inclusion": 98, "consistency": 98}
REFUSED = "additional/sizes-are-equal-one-and-proof-is-empty.json"

# The leaves and roots of the reference tree that Certificate Transparency's implementations share:
# seven inputs, the empty tree first (RFC 6962, section 2.1.3, gives its shape).
LEAVES = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def files(kind: str) -> list[Path]:
    return sorted((TESTDATA / kind).rglob("*.json"))


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def accepted(kind: str, case: dict[str, Any]) -> bool:
    proof = [decoded(one) for one in case["proof"] or ()]
    if kind == "inclusion":
        leaf, root = decoded(case["leafHash"]), decoded(case["root"])
        return verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
    first, second = decoded(case["root1"]), decoded(case["root2"])
    return verify_consistency(case["size1"], case["size2"], first, second, proof)


@pytest.mark.parametrize(("kind", "count"), CASES.items())
def test_every_published_proof_gets_its_verdict(kind: str, count: int) -> None:
    found = files(kind)
    assert len(found) == count
    other = []
    for path in found:
        case = json.loads(path.read_text())
        if accepted(kind, case) is case["wantErr"]:
            other.append(str(path.relative_to(TESTDATA / kind)))
    assert other == ([REFUSED] if kind == "consistency" else [])


@pytest.mark.parametrize("kind", CASES)
def test_published_cases_hold_both_verdicts(kind: str) -> None:
    wanted = [json.loads(path.read_text())["wantErr"] for path in files(kind)]
    assert (wanted.count(False), wanted.count(True)) == (6, 92)


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_reference_tree_has_its_published_roots(size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    frontier = Frontier()
    frontier.extend(hashes)
    assert Tree(hashes).root().hex() == frontier.root().hex() == ROOTS[size]
