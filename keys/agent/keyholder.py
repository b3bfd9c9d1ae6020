"""A keyholder: one process for one login, which alone holds a member's private keys.

Between requests the keys lie sealed under two halves: one that only the caller has, one that only
the agent has and sends along with each caller's connection.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from keys.age import open_small
from keys.agent.pace import Pace
from keys.agent.wire import TIMEOUT, receive, receive_raw, send
from keys.errors import AgentUnreachable, KeysError, MalformedKey
from keys.identity import SECRET_MARK, payload_key
from keys.member import MemberSecret
from keys.prfslots import open_any_slot
from keys.primitives import committing_open, committing_seal, hkdf
from keys.signing import Ed25519Signer, MlDsa44Signer
from keys.stanza import Stanza

MEMBER = "member"
LOG = "log"
HALF_SIZE = 32  # bytes
_SEED_SIZE = 32  # bytes
_CONTEXT = b"strongroom/keyholder/v1"
_WRONG_HALVES = 10
_SEALED, _REFUSED = "sealed", "refused"
_DERIVABLE = tuple(
    f"strongroom/{purpose}/v1"
    for purpose in ("anchor", "second-factor", "saved-searches", "papers")
)
"""What may be derived of a member's seed: nothing that signs, or opens a document."""

Keys = dict[str, bytes]
"""Seeds by name: `member`, `log`, or a compartment and its epoch, such as `reading/2`."""


def _seal(keys: Keys, caller: bytes, agent: bytes) -> bytes:
    body = json.dumps({name: seed.hex() for name, seed in keys.items()}).encode()
    return committing_seal(_box_key(caller, agent), _CONTEXT, body)


def _unseal(box: bytes, caller: bytes, agent: bytes) -> Keys:
    body = committing_open(_box_key(caller, agent), _CONTEXT, box)
    return {name: bytes.fromhex(text) for name, text in json.loads(body).items()}


def _box_key(caller: bytes, agent: bytes) -> bytes:
    return hkdf(caller + agent, salt=b"", info=_CONTEXT)


def _public(keys: Keys, _asked: dict[str, Any]) -> dict[str, Any]:
    return {"public": MemberSecret(keys[MEMBER]).public.to_json()}


def _adopt(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    """Open a grant and keep the seed in it under a name."""
    name = str(asked["name"])
    seed = open_small(bytes.fromhex(asked["sealed"]), [MemberSecret(keys[MEMBER]).identity])
    if name == MEMBER or not _secret(seed):
        raise MalformedKey("a grant does not hold a secret key")
    told = {} if name == LOG else {"recipient": payload_key(seed).recipient().encode()}
    keys[name] = seed
    return told


def _secret(payload: bytes) -> bool:
    return len(payload) == _SEED_SIZE or payload.startswith(SECRET_MARK)


def _reveal(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    """Open a grant of public keys; one that holds a seed stays shut."""
    payload = open_small(bytes.fromhex(asked["sealed"]), [MemberSecret(keys[MEMBER]).identity])
    if _secret(payload):
        raise MalformedKey("a seed is not revealed")
    return {"payload": payload.hex()}


def _unwrap(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    """Give the file key of one header; the member's own identity opens grants alone."""
    if asked["name"] in (MEMBER, LOG):
        raise MalformedKey("that key opens no header")
    stanzas = [
        Stanza(tuple(bytes.fromhex(one) for one in arguments), bytes.fromhex(body))
        for arguments, body in asked["stanzas"]
    ]
    found = payload_key(keys[asked["name"]]).unwrap(stanzas)
    return {"key": None if found is None else found.hex()}


def _sign(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    return {"signature": _signature(keys, asked["with"], asked["message"])}


def _sign_each(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    return {"signatures": [_signature(keys, kind, message) for kind, message in asked["each"]]}


def _signature(keys: Keys, kind: str, told: str) -> str:
    message = bytes.fromhex(told)
    signers: dict[str, Callable[[], bytes]] = {
        "ed25519": lambda: MemberSecret(keys[MEMBER]).signer.sign(message),
        "mldsa65": lambda: MemberSecret(keys[MEMBER]).pq_signer.sign(message),
        "log-ed25519": lambda: _log_ed25519(keys).sign(message),
        "log-mldsa44": lambda: _log_mldsa44(keys).sign(message),
    }
    return signers[kind]().hex()


def _log_public(keys: Keys, _asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "ed25519": _log_ed25519(keys).public.hex(),
        "mldsa44": _log_mldsa44(keys).public.hex(),
    }


def _log_ed25519(keys: Keys) -> Ed25519Signer:
    return Ed25519Signer.from_seed(hkdf(keys[LOG], salt=b"", info=b"strongroom/log/ed25519/v1"))


def _log_mldsa44(keys: Keys) -> MlDsa44Signer:
    return MlDsa44Signer.from_seed(hkdf(keys[LOG], salt=b"", info=b"strongroom/log/ml-dsa-44/v1"))


def _derive(keys: Keys, asked: dict[str, Any]) -> dict[str, Any]:
    name, info = asked["name"], str(asked["info"])
    if name == LOG or (name == MEMBER and info not in _DERIVABLE):
        raise MalformedKey("that is not derived for anybody")
    key = MemberSecret(keys[name]) if name == MEMBER else payload_key(keys[name])
    return {"key": key.derive(info).hex()}


_ACTS: dict[str, Callable[[Keys, dict[str, Any]], dict[str, Any]]] = {
    "public": _public,
    "adopt": _adopt,
    "reveal": _reveal,
    "unwrap": _unwrap,
    "sign": _sign,
    "sign-each": _sign_each,
    "log-public": _log_public,
    "derive": _derive,
}


def hold(
    control: socket.socket, caller: socket.socket, agent_half: bytes, idle: float, absolute: float
) -> None:
    """Open the slot that the caller sends, then answer whom the agent passes on, until told to end.

    Requests beyond the pace of a session wait, in this process, where they hold up nobody else.
    Returns when the passphrase is wrong, nothing was asked for `idle` seconds, `absolute` seconds
    are over, the agent is gone, or somebody guesses at the caller's half.
    """
    box = _login(caller, agent_half)
    begun = time.monotonic()
    end, wrong, pace, tally = begun + absolute, 0, Pace(begun), Counter[str]()
    while box and wrong < _WRONG_HALVES:
        left = min(idle, end - time.monotonic())
        if left <= 0:
            return
        control.settimeout(left)
        try:
            data, handed, _, _ = socket.recv_fds(control, HALF_SIZE, 1)
        except TimeoutError:
            return
        if len(data) != HALF_SIZE or not handed:
            return
        with socket.socket(fileno=handed[0]) as connection:
            connection.settimeout(TIMEOUT)
            box, good = _answer(box, connection, data, (pace, tally))
            wrong = 0 if good else wrong + 1


def _login(caller: socket.socket, agent_half: bytes) -> bytes:
    with caller:
        asked, passphrase = receive(caller), receive_raw(caller)
        try:
            secret = open_any_slot(str(asked["slot"]), passphrase)
        except (KeysError, KeyError, TypeError):
            send(caller, {"ok": False, "error": "wrong-secret"})
            return b""
        finally:
            passphrase[:] = bytes(len(passphrase))
        half = os.urandom(HALF_SIZE)
        box = _seal({MEMBER: secret.seed}, half, agent_half)
        send(caller, {"ok": True, "half": half.hex(), "public": secret.public.to_json()})
    return box


def _answer(
    box: bytes, connection: socket.socket, agent_half: bytes, meter: tuple[Pace, Counter[str]]
) -> tuple[bytes, bool]:
    """Answer one request, in its turn; return the box, and false when the half was not right."""
    pace, tally = meter
    try:
        asked = receive(connection)
        time.sleep(pace.wait(time.monotonic(), cheap=asked.get("op") != "unwrap"))
        caller = bytes.fromhex(asked["half"])
        keys = _unseal(box, caller, agent_half)
    except (KeysError, KeyError, ValueError, TypeError):
        tally[_SEALED] += 1
        _send(connection, {"ok": False, "error": "sealed"})
        return box, False
    if asked.get("op") == "tally":
        _send(connection, {"ok": True, "tally": dict(tally)})
        return box, True
    if asked.get("op") == "renew":
        caller = os.urandom(HALF_SIZE)
        _send(connection, {"ok": True, "half": caller.hex()})
        return _seal(keys, caller, agent_half), True
    before = dict(keys)
    try:
        answer = _ACTS[asked["op"]](keys, asked)
        tally[asked["op"]] += 1
        _send(connection, {"ok": True, **answer})
    except (KeysError, KeyError, ValueError, TypeError):
        tally[_REFUSED] += 1
        _send(connection, {"ok": False, "error": "refused"})
    if keys != before:
        box = _seal(keys, caller, agent_half)
    return box, True


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    try:
        send(connection, message)
    except (OSError, AgentUnreachable):
        return
