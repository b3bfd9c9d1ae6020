"""Promise T5: a mail, however it is built, gives its words or a reason, and loses no enclosure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.extraction import NoText, Refusal, Sandbox, media_type
from archive.extraction.readers.mail import MailReader
from archive.model.objects import Extraction

HEAD = b"From: a@b.example\nTo: c@d.example\nDate: Tue, 5 Mar 2024 09:00:00 +0900\n"
FILE = b"Content-Type: application/x\nContent-Disposition: attachment; filename=f\n\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def read(sandbox: Sandbox, mail: bytes) -> Extraction:
    assert media_type(mail[: 1 << 20]) == "message/rfc822"
    return sandbox.read("message/rfc822", mail)


def mixed(*parts: bytes, seam: bytes = b"s", kind: bytes = b"mixed") -> bytes:
    inside = b"".join(b"--" + seam + b"\n" + part + b"\n" for part in parts)
    field = b"Content-Type: multipart/" + kind + b'; boundary="' + seam + b'"\n\n'
    return field + inside + b"--" + seam + b"--\n"


def nested(levels: int) -> bytes:
    mail = HEAD + b"Subject: bottom\n\nwords at the bottom\n"
    for level in range(levels):
        mail = HEAD + b"Subject: level %d\nContent-Type: message/rfc822\n\n" % level + mail
    return mail


@pytest.mark.parametrize("levels", [100, 3_000])
def test_mail_in_mail_is_one_enclosure_byte_for_byte_however_deep(
    sandbox: Sandbox, levels: int
) -> None:
    found = read(sandbox, nested(levels))
    assert [one.data for one in found.attachments] == [nested(levels - 1)]


@pytest.mark.parametrize("levels", [100, 3_000])
def test_multiparts_in_one_another_lose_no_word(sandbox: Sandbox, levels: int) -> None:
    inside = b"Content-Type: text/plain\n\nwords at the bottom"
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level)
        for level in range(levels)
    )
    found = read(sandbox, HEAD + opened + inside)
    told = found.text.text.encode() if found.text else found.attachments[0].data
    assert b"words at the bottom" in told


@pytest.mark.parametrize(
    "field",
    [
        b"X-Long: " + b"x" * (1 << 20),
        b"X-Folded: x" + b"\n y" * 350_000,
        b"To: " + b"a@b.example, " * 80_000,
        b"Subject: " + b"=?utf-8?q?=EC=8C=80?= " * 40_000,
        b"\n".join(b"X-%d: y" % number for number in range(60_000)),
        b"Content-Type: text/plain; " + b"; ".join(b"a%d=b" % n for n in range(20_000)),
        b"Content-Disposition: inline; filename*0*=utf-8''" + b"%41" * 300_000,
    ],
    ids=["long", "folded", "receivers", "coded", "many", "parameters", "name"],
)
def test_a_megabyte_of_headers_costs_no_word(sandbox: Sandbox, field: bytes) -> None:
    found = read(sandbox, HEAD + field + b"\n\nwords")
    words = found.text.text.encode() if found.text else found.attachments[0].data
    assert words == b"words"
    assert found.metadata["from"] == "a@b.example"


def test_fifty_thousand_parts_are_read_until_the_bound(sandbox: Sandbox) -> None:
    found = read(sandbox, HEAD + mixed(*[FILE + b"x"] * 50_000))
    assert len(found.attachments) > 9_000
    assert found.attachments[-1].reason == Refusal.TOO_MANY.value


@pytest.mark.parametrize(
    "body",
    [
        mixed(b"Content-Type: application/pgp-encrypted\n\nVersion: 1", kind=b"encrypted"),
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
        b"Content-Type: application/x-pkcs7-mime; name=smime.p7m\n\nx",
    ],
)
def test_encrypted_mail_says_so_and_keeps_what_is_enclosed(sandbox: Sandbox, body: bytes) -> None:
    found = read(sandbox, HEAD + body)
    assert found.reason == NoText.PROTECTED.value
    assert len(found.attachments) == 1


def test_signed_mail_is_not_called_encrypted(sandbox: Sandbox) -> None:
    signed = b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx"
    assert read(sandbox, HEAD + signed).reason == NoText.EMPTY.value


def test_a_reference_to_an_outside_file_is_reported_and_not_followed(sandbox: Sandbox) -> None:
    part = b'Content-Type: message/external-body; access-type=URL; URL="http://x.example/"\n\n'
    found = read(sandbox, HEAD + mixed(b"\nwords", part))
    assert [one.reason for one in found.attachments] == [Refusal.EXTERNAL.value]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(b"text/calendar", b"invite.ics"), (b"application/ms-tnef", b"winmail.dat"),
     (b"message/partial", b"part"), (b"image/png", b"inline.png"), (b"nonsense", b"n")],
)  # fmt: skip
def test_what_is_not_words_is_enclosed_whole(sandbox: Sandbox, kind: bytes, name: bytes) -> None:
    content = b"\x78\x9f\x3e\x22 content \x00\xff"
    part = b"Content-Type: " + kind + b"; name=" + name + b"\n\n" + content
    found = read(sandbox, HEAD + mixed(b"\nwords", part))
    assert [(one.untrusted_name, one.data) for one in found.attachments] == [
        (name.decode(), content)
    ]


@pytest.mark.parametrize("charset", ["euc-kr", "cp949", "iso-2022-kr", "johab", "utf-16", "utf-7"])
def test_korean_in_every_charset_is_read(sandbox: Sandbox, charset: str) -> None:
    words = "혜산 장마당에서 쌀값이 올랐다."
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    found = read(sandbox, HEAD + head.encode() + words.encode(charset))
    assert found.text is not None
    assert found.text.text == words


@pytest.mark.parametrize(
    "name",
    ["../../slip", "C:\\x", "a\n b", "\u202etxt.exe", "CON", "n" * 255, "nul\0l", "", "\ud83d"],
)
def test_no_name_costs_an_enclosure(sandbox: Sandbox, name: str) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    part = b'Content-Disposition: attachment; filename="' + raw + b'"\n\nenclosed'
    found = read(sandbox, HEAD + mixed(b"\nwords", part))
    assert [one.data for one in found.attachments] == [b"enclosed"]
    assert not any(ord(c) < 32 or c == "\u202e" for c in found.attachments[0].untrusted_name)


kinds = st.sampled_from([b"mixed", b"alternative", b"related", b"digest", b"signed", b"x"])
leaf = st.sampled_from(
    [b"\n", b"Content-Type: text/plain\n\n", b"Content-Type: text/html\n\n", FILE,
     b"Content-Type: message/rfc822\n\n" + HEAD + b"\n", b"Content-Type: ;;\n\n", b""]
)  # fmt: skip
seams = st.sampled_from([b"s", b"s-", b"--", b"a b", b".*", b"s--"])


def trees(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda parts, seam, kind: mixed(*parts, seam=seam, kind=kind),
        st.lists(inner, max_size=4),
        seams,
        kinds,
    )


trees_of_parts = st.recursive(st.builds(lambda part: part + b"~", leaf), trees, max_leaves=12)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees_of_parts, cut=st.floats(0, 1), noise=st.binary(max_size=3))
def test_no_tree_of_parts_makes_up_words_or_fails(tree: bytes, cut: float, noise: bytes) -> None:
    place = int(len(tree) * cut)
    for mail in (HEAD + tree, HEAD + tree[:place] + noise + tree[place:]):
        found = MailReader().read(mail)
        assert (found.text is None) == (found.reason is not None)
        words = found.text.text if found.text else ""
        enclosed = b"".join(one.data for one in found.attachments)
        assert words.count("~") + enclosed.count(b"~") <= mail.count(b"~")
