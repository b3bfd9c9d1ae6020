"""Promises T1, T2 and T3 as far as sealing alone keeps them (docs: threat model)."""

import base64
import io
import itertools
import os
import random
import traceback
from dataclasses import dataclass, field

import pytest

from archive.errors import ArchiveError, NotPermitted, SealedObjectDamaged
from archive.sealing import (
    FileKey,
    SealedReader,
    SealingWriter,
    new_header,
    open_bytes,
    open_header,
    rewrap_header,
    seal_bytes,
)
from keys.age import open_small
from keys.errors import KeysError
from keys.identity import HybridIdentity, X25519Identity
from keys.keyring import Grant, make_grant
from keys.member import MemberSecret
from keys.profiles import RFC9106_SECOND
from keys.slots import KeySlot, make_slot, open_slot
from tests.grants import open_grant

CANARY = "Quillfeather-Marrowby"
ORIGINAL = f"Our source is {CANARY}, who keeps the night boat.\n".encode() * 3000
READING = b"Our source is [Source 0042], who keeps the night boat.\n" * 3000


@dataclass
class Disk:
    """Everything that a seized disk shows."""

    headers: dict[str, bytes] = field(default_factory=dict)
    payloads: dict[str, bytes] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)

    def everything(self):
        texts = [*self.grants.values(), *self.slots.values()]
        return [*self.headers.values(), *self.payloads.values(), *map(str.encode, texts)]


PASSPHRASES = {
    "custodian": b"custodian lamp oil forty",
    "researcher": b"researcher tide clock nine",
}


def build() -> Disk:
    disk = Disk()
    members = {name: MemberSecret.generate(os.urandom) for name in PASSPHRASES}
    parts = {name: HybridIdentity.generate(os.urandom) for name in ("originals", "reading")}
    for name, secret in members.items():
        slot = make_slot(
            secret,
            bytearray(PASSPHRASES[name]),
            member=name,
            slot=0,
            profile=RFC9106_SECOND,
            random=os.urandom,
        )
        disk.slots[name] = slot.to_json()
    for member, part in (
        ("custodian", "originals"),
        ("custodian", "reading"),
        ("researcher", "reading"),
    ):
        grant = make_grant(
            parts[part].seed,
            collection="c",
            purpose=part,
            epoch=1,
            member=member,
            recipient=members[member].public.recipient,
            granter=members["custodian"],
            random=os.urandom,
        )
        disk.grants[f"{member}/{part}"] = grant.to_json()
    for part, content in (("originals", ORIGINAL), ("reading", READING)):
        header, file_key = new_header([parts[part].recipient()], random=os.urandom)
        disk.headers[part] = header
        sink = io.BytesIO()
        writer = SealingWriter(file_key, sink, random=os.urandom)
        writer.write(content)
        writer.finish()
        disk.payloads[part] = sink.getvalue()
        disk.payloads[f"{part}/manifest"] = seal_bytes(
            file_key, f"title: letter of {CANARY}".encode(), random=os.urandom
        )
    return disk


DISK = build()


def unlock(name: str) -> MemberSecret:
    return open_slot(KeySlot.from_json(DISK.slots[name]), bytearray(PASSPHRASES[name]))


def test_t3_the_custodian_opens_an_original_so_the_attempts_below_are_real():
    secret = unlock("custodian")
    grant = Grant.from_json(DISK.grants["custodian/originals"])
    identity = HybridIdentity(open_grant(grant, secret.identity, secret.public))
    file_key = open_header(DISK.headers["originals"], [identity])
    assert open_bytes(file_key, DISK.payloads["originals"]) == ORIGINAL


def test_t3_a_researcher_opens_no_original_with_everything_she_has_and_the_whole_disk():
    """Her keys: seed, member identity, the reading identity, its file key, each as any kind."""
    secret, granter = unlock("researcher"), unlock("custodian").public
    payloads = []
    for text in DISK.grants.values():
        try:
            payloads.append(open_grant(Grant.from_json(text), secret.identity, granter))
        except KeysError:
            continue
    assert len(payloads) == 1
    seeds = [secret.seed, secret.identity.seed, *payloads]
    identities = [kind(seed) for kind in (HybridIdentity, X25519Identity) for seed in seeds]
    reading_key = open_header(DISK.headers["reading"], identities)
    assert open_bytes(reading_key, DISK.payloads["reading"]) == READING
    with pytest.raises(NotPermitted):
        open_header(DISK.headers["originals"], identities)
    with pytest.raises(NotPermitted):
        rewrap_header(
            DISK.headers["originals"], identities, [identities[0].recipient()], random=os.urandom
        )
    raw_keys = [reading_key.raw, *(seed[at : at + 16] for seed in seeds for at in (0, 16))]
    for raw, name in itertools.product(raw_keys, ("originals", "originals/manifest")):
        with pytest.raises(SealedObjectDamaged):
            open_bytes(FileKey(raw), DISK.payloads[name])
    for text in DISK.grants.values():
        with pytest.raises(KeysError):
            open_small(Grant.from_json(text).sealed, identities[2:3])


def test_t3_her_passphrase_opens_no_slot_but_hers_even_when_the_files_are_exchanged():
    for name, text in DISK.slots.items():
        relabelled = text.replace(f'"{name}"', '"researcher"')
        for slot in {text, relabelled}:
            if slot == DISK.slots["researcher"]:
                continue
            with pytest.raises(KeysError):
                open_slot(KeySlot.from_json(slot), bytearray(PASSPHRASES["researcher"]))


def disguises(word: str):
    """The forms in which a word could lie on a disk."""
    for text in (word, word.lower(), word.upper()):
        for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            yield raw
            yield raw.hex().encode()
            yield from (base64.b64encode(b"x" * skip + raw)[4:-4] for skip in range(3))


def test_t1_no_canary_word_lies_on_the_disk_in_any_form():
    needles = list(disguises(CANARY))
    assert any(needle in ORIGINAL for needle in needles)
    for stored in DISK.everything():
        assert not any(needle in stored for needle in needles)


def test_t1_the_size_of_a_payload_says_only_its_padme_bucket():
    """Two hundred contents of different length fall into a handful of sizes."""
    noise = os.urandom(40_200)
    sizes = {
        len(seal_bytes(FileKey(bytes(16)), noise[: 40_000 + more], random=os.urandom))
        for more in range(200)
    }
    assert len(sizes) <= 2


def test_t1_errors_of_damaged_objects_show_no_content():
    file_key = FileKey(os.urandom(16))
    payload = bytearray(seal_bytes(file_key, CANARY.encode() * 50, random=os.urandom))
    payload[-20] ^= 1
    with pytest.raises(SealedObjectDamaged) as refusal:
        open_bytes(file_key, bytes(payload))
    shown = "".join(traceback.format_exception(refusal.value)) + repr(vars(refusal.value))
    assert CANARY not in shown
    assert file_key.raw.hex() not in shown
    assert repr(file_key.raw) not in shown


def _mutations(chance: random.Random, payload: bytes, other: bytes):
    """One change of each kind that somebody with the disk can make to a payload."""
    at, size = chance.randrange(len(payload)), len(payload)
    yield "flip", payload[:at] + bytes([payload[at] ^ 0xFF]) + payload[at + 1 :]
    yield "cut", payload[:at]
    yield "cut front", payload[at + 1 :]
    yield "extend", payload + other[: chance.randrange(1, 64)]
    yield "zero", payload[:at] + bytes(size - at)
    yield "splice", payload[:at] + other[at:]
    yield "nonce", other[:16] + payload[16:]
    yield "repeat", payload[:at] + payload
    first, second = sorted((at, chance.randrange(size)))
    yield "turn", payload[:first] + payload[first:second][::-1] + payload[second:]


def refused(file_key: FileKey, payload: bytes) -> bool:
    try:
        open_bytes(file_key, payload)
    except SealedObjectDamaged:
        return True
    return False


def test_t2_two_thousand_doctored_payloads_are_all_refused():
    chance = random.Random(7)
    file_key = FileKey(os.urandom(16))
    plain = os.urandom(3000) + b"tide table " * 20_000
    payload, other = (seal_bytes(file_key, plain, random=os.urandom) for _ in range(2))
    done = 0
    while done < 2000:
        for kind, doctored in _mutations(chance, payload, other):
            if doctored in (payload, other):
                continue
            assert refused(file_key, doctored), kind
            done += 1


def test_t2_a_doctored_file_is_refused_before_anything_of_it_is_returned():
    chance = random.Random(8)
    file_key = FileKey(os.urandom(16))
    plain = os.urandom(200_000)
    payload, other = (seal_bytes(file_key, plain, random=os.urandom) for _ in range(2))
    for _ in range(40):
        for _kind, doctored in _mutations(chance, payload, other):
            if doctored in (payload, other):
                continue
            try:
                reader = SealedReader(file_key, io.BytesIO(doctored))
                seen = reader.read(100)
            except ArchiveError:
                continue
            assert seen == plain[:100]
            with pytest.raises(SealedObjectDamaged):
                reader.read()


def test_t2_payload_and_header_of_different_records_do_not_fit():
    headers = [
        new_header([HybridIdentity(b"\x01" * 32).recipient()], random=os.urandom) for _ in "ab"
    ]
    (first, first_key), (second, _) = headers
    payload = seal_bytes(first_key, b"minutes", random=os.urandom)
    identity = HybridIdentity(b"\x01" * 32)
    assert open_bytes(open_header(first, [identity]), payload) == b"minutes"
    with pytest.raises(SealedObjectDamaged):
        open_bytes(open_header(second, [identity]), payload)


def test_destroying_the_header_leaves_nothing_to_open():
    """Crypto-shredding: payloads alone are of no use to who holds every identity."""
    secret = unlock("custodian")
    grant = Grant.from_json(DISK.grants["custodian/originals"])
    identity = HybridIdentity(open_grant(grant, secret.identity, secret.public))
    keys = [open_header(DISK.headers["reading"], [unlocked]) for unlocked in [_reading(secret)]]
    for name in ("originals", "originals/manifest"):
        for file_key in [*keys, FileKey(identity.seed[:16]), FileKey(bytes(16))]:
            with pytest.raises(SealedObjectDamaged):
                open_bytes(file_key, DISK.payloads[name])


def _reading(secret: MemberSecret) -> HybridIdentity:
    grant = Grant.from_json(DISK.grants["custodian/reading"])
    return HybridIdentity(open_grant(grant, secret.identity, secret.public))
