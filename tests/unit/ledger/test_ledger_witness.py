"""Witnesses cosign consistent growth alone; the archive's side believes valid lines alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archive.errors import InvalidValue, LedgerBehind, LedgerTampered
from archive.ledger import LogKey, Policy
from archive.services import audit
from archive.services.oversight.witness import WitnessFolder
from archive.services.oversight.witness_http import application
from tests.conftest import seeded
from tests.unit.ledger.ledgers import NOOR, START, Ledger, draft

URL = "http://witness.example"


def made(folder: Path, name: str, pin: str) -> WitnessFolder:
    witness = WitnessFolder.create(folder, name, random=seeded(name))
    witness.trust(pin)
    return witness


def policy_of(*witnesses: WitnessFolder, least: str = "all") -> Policy:
    lines = [f"witness w{n} {one.vkeys[1]} {URL}/{n}" for n, one in enumerate(witnesses)]
    names = " ".join(f"w{n}" for n in range(len(witnesses)))
    return Policy.parse("\n".join([*lines, f"group all {least} {names}", "quorum all"]))


class Wire:
    """Calls the WSGI application of each witness in place of a network."""

    def __init__(self, *witnesses: WitnessFolder | None) -> None:
        self.doors = [one and application(one, lambda: START) for one in witnesses]

    def __call__(self, url: str, body: bytes | None) -> tuple[int, bytes]:
        """Send."""
        import io

        number, _, path = url.removeprefix(f"{URL}/").partition("/")
        door = self.doors[int(number)]
        if door is None:
            raise OSError("offline")
        status: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET" if body is None else "POST",
            "PATH_INFO": f"/{path}",
            "wsgi.input": io.BytesIO(body or b""),
        }
        answer = b"".join(door(environ, lambda line, _: status.append(line)))
        return int(status[0][:3]), answer


def asked(ledger: Ledger, policy: Policy, wire: Wire) -> list[str]:
    ledger.publish()
    found = audit.ask(ledger.files, ledger.log.keys, policy, send=wire)
    return [one.outcome for one in found]


def test_honest_growth_is_cosigned_and_the_quorum_is_enforced(
    ledger: Ledger, tmp_path: Path
) -> None:
    pin = ledger.pin()
    first, second = made(tmp_path / "w1", "a.example", pin), made(tmp_path / "w2", "b.example", pin)
    policy = policy_of(first, second)
    for number in range(3):
        ledger.write(NOOR, draft(about=f"record {number}"))
        assert asked(ledger, policy, Wire(first, second)) == ["cosigned", "cosigned"]
        verdict = ledger.verify(files=ledger.files, policy=policy)
        assert verdict.ok
        assert verdict.cosigned == 6 + number
    ledger.write(NOOR, draft(about="later"))
    assert asked(ledger, policy, Wire(first, None)) == ["cosigned", "unreachable"]
    assert ledger.verify(files=ledger.files, policy=policy).cosigned == 8
    standing = audit.standing(ledger.files, policy, 9)
    assert [one.behind for one in standing] == [0, 1]
    (proof,) = ledger.prove("3")
    assert audit.check_proof(proof.encode(), ledger.log.keys, policy).verdict.ok
    assert first.evidence() == ()


def test_without_a_quorum_verification_fails_and_says_so(ledger: Ledger, tmp_path: Path) -> None:
    first = made(tmp_path / "w1", "a.example", ledger.pin())
    second = made(tmp_path / "w2", "b.example", ledger.pin())
    policy = policy_of(first, second)
    assert asked(ledger, policy, Wire(first, None)) == ["cosigned", "unreachable"]
    codes = {f.code for f in ledger.verify(files=ledger.files, policy=policy).failures}
    assert codes == {"quorum"}


def test_another_history_is_refused_and_kept_as_evidence(ledger: Ledger, tmp_path: Path) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    (tmp_path / "fork").mkdir()
    fork = Ledger(tmp_path / "fork" / "catalog.sqlite").found()
    policy = policy_of(witness)
    ledger.write(NOOR, draft(about="one"))
    fork.write(NOOR, draft(about="two"))
    assert asked(ledger, policy, Wire(witness)) == ["cosigned"]
    fork.write(NOOR, draft(about="three"))
    assert asked(fork, policy, Wire(witness)) == ["refused"]
    (evidence,) = witness.evidence()
    assert fork.log.origin in evidence.read_text()
    fork.close()


def test_an_older_copy_is_behind_its_witness_and_may_not_go_on(
    ledger: Ledger, tmp_path: Path
) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    policy = policy_of(witness)
    (tmp_path / "old").mkdir()
    old = Ledger(tmp_path / "old" / "catalog.sqlite").found()
    ledger.write(NOOR, draft(about="one"))
    assert asked(ledger, policy, Wire(witness)) == ["cosigned"]
    assert asked(old, policy, Wire(witness)) == ["ahead"]
    with old.catalog.read() as view, pytest.raises(LedgerBehind):
        old.files.require_not_behind(view.ledger, old.log.keys)
    old.close()


def test_a_witness_that_lies_is_not_believed(ledger: Ledger, tmp_path: Path) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    usurper = made(tmp_path / "u", "u.example", ledger.pin())
    policy = policy_of(witness)
    assert asked(ledger, policy, Wire(usurper)) == ["invalid"]
    ledger.publish()
    for answer in (b"", b"\xff", b"hello\n", b"9" * 5000):
        for status in (200, 409, 500):
            found = audit.ask(
                ledger.files, ledger.log.keys, policy, send=lambda *_, a=answer, s=status: (s, a)
            )
            assert found[0].outcome in {"invalid", "refused", "ahead"}
    assert not ledger.verify(files=ledger.files, policy=policy).ok


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"old 5\n\nnothing\n", 400),
        (b"old 05\n\nx\n1\n", 400),
        (b"a" * 70_000, 413),
    ],
)
def test_bad_requests_are_refused_and_not_kept(
    ledger: Ledger, tmp_path: Path, body: bytes, status: int
) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    assert witness.add_checkpoint(body, lambda: START).status == status
    assert witness.evidence() == ()


def test_an_old_size_above_the_new_one_is_a_bad_request(ledger: Ledger, tmp_path: Path) -> None:
    pin = ledger.pin()
    witness = made(tmp_path / "w", "a.example", pin)
    body = f"old 1000000\n\n{pin.partition(chr(10) * 2)[2]}".encode()
    assert witness.add_checkpoint(body, lambda: START).status == 400
    assert witness.evidence() == ()


def test_a_changed_checkpoint_is_403_and_an_unknown_log_404(ledger: Ledger, tmp_path: Path) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    ledger.publish()
    text = audit.request(ledger.files, 5).encode()
    wrong = text.replace("\n5\n", "\n6\n")
    assert witness.add_checkpoint(wrong.encode(), lambda: START).status == 403
    other = text.replace(ledger.log.origin, "other.example/log")
    assert witness.add_checkpoint(other.encode(), lambda: START).status == 404
    assert witness.add_checkpoint(text.encode(), lambda: START).status == 200


def test_a_cosignature_is_carried_by_hand_also_without_long_signatures(
    ledger: Ledger, tmp_path: Path
) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    key = LogKey.parse(witness.vkeys[0])
    policy = Policy.parse(f"witness w {key.encode()}\nquorum w\n")
    ledger.write(NOOR, draft())
    ledger.publish()
    request = audit.short_note(audit.request(ledger.files, 5).encode())
    assert len(request) < 1500
    answer = audit.short_note(witness.answer(request.encode(), lambda: START))
    with ledger.catalog.read() as view:
        taken = audit.take(ledger.files, view.ledger, ledger.log.keys, policy, answer)
    assert taken == ("w",)
    assert ledger.verify(files=ledger.files, policy=policy).cosigned == 6
    with pytest.raises(InvalidValue, match="409"):
        witness.answer(audit.request(ledger.files, 5).encode().encode(), lambda: START)


def test_a_changed_cosignature_is_named(ledger: Ledger, tmp_path: Path) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    policy = policy_of(witness)
    assert asked(ledger, policy, Wire(witness)) == ["cosigned"]
    path = ledger.files.path / "cosigned"
    lines = path.read_text().splitlines(keepends=True)
    mine = next(n for n, line in enumerate(lines) if len(line) > 600 and "a.example" in line)
    lines[mine] = lines[mine][:100] + ("A" if lines[mine][100] != "A" else "B") + lines[mine][101:]
    path.write_text("".join(lines))
    codes = {f.code for f in ledger.verify(files=ledger.files, policy=policy).failures}
    assert "cosignature" in codes


def test_the_newest_cosigned_checkpoint_is_shown_to_monitors(
    ledger: Ledger, tmp_path: Path
) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    origin = hashlib.sha256(ledger.log.origin.encode()).hexdigest()
    assert witness.checkpoint(origin).status == 200
    assert witness.checkpoint("0" * 64).status == 404
    assert WitnessFolder.open(tmp_path / "w").vkeys == witness.vkeys


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none\nquorum none",
        "quorum missing",
        "witness none KEY\nquorum none",
        "witness w KEY\nwitness v KEY\nquorum w",
        "witness w KEY\ngroup g 2 w\nquorum g",
        "witness w KEY\ngroup g 01 w\nquorum g",
        "witness w KEY\ngroup g any w w\nquorum g",
        "witness w KEY\x00\nquorum w",
        "nonsense\nquorum none",
    ],
)
def test_a_policy_that_is_not_one_is_refused(text: str, tmp_path: Path) -> None:
    key = WitnessFolder.create(tmp_path / "w", "a.example", random=seeded("p")).vkeys[1]
    with pytest.raises(InvalidValue):
        Policy.parse(text.replace("KEY", key))


def test_groups_count_as_the_specification_says(tmp_path: Path) -> None:
    keys = [
        WitnessFolder.create(tmp_path / str(n), f"w{n}.example", random=seeded(str(n))).vkeys[1]
        for n in range(4)
    ]
    lines = [f"witness w{n} {key}" for n, key in enumerate(keys)]
    rules = ["group x 2 w0 w1 w2", "group both all x w3", "quorum both"]
    policy = Policy.parse("\n".join([*lines, "# a remark", *rules]))
    assert policy.satisfied({"w0", "w2", "w3"})
    assert not policy.satisfied({"w0", "w1", "w2"})
    assert not policy.satisfied({"w0", "w3"})


def test_a_log_key_is_not_trusted_twice_with_other_keys(ledger: Ledger, tmp_path: Path) -> None:
    witness = made(tmp_path / "w", "a.example", ledger.pin())
    from tests.unit.ledger.ledgers import make_log

    (tmp_path / "o").mkdir()
    other = Ledger(tmp_path / "o" / "catalog.sqlite", make_log("other")).found()
    with pytest.raises(InvalidValue):
        witness.trust(other.pin())
    with pytest.raises((InvalidValue, LedgerTampered)):
        witness.trust("no pin")
    other.close()
