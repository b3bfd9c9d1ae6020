"""A time-stamping authority (RFC 3161) made with `openssl`: root, optional middle, stamping key."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

_DAYS = "3650"
_LONG_AGO = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC))

_ROOT = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[plain]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, serverAuth
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/stamping.pem
signer_key = {folder}/stamping.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
{certs}
"""


def openssl(*words: str | Path) -> bytes:
    """Run `openssl` and return what it printed."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority in a folder of its own; `root` is the certificate that verifiers trust."""

    folder: Path

    @classmethod
    def found(
        cls, folder: Path, *, middle: bool = False, expired: bool = False, use: str = "stamping"
    ) -> Authority:
        """Make one; with `middle` its replies carry two certificates."""
        folder.mkdir(parents=True)
        certs = f"certs = {folder}/middle.pem" if middle else ""
        (folder / "openssl.cnf").write_text(_ROOT.format(folder=folder, certs=certs))
        (folder / "serial").write_text("01\n")
        made = cls(folder)
        made._certificate("root", "ca", None)
        if middle:
            made._certificate("middle", "ca", "root")
        made._certificate("stamping", use, "middle" if middle else "root")
        if expired:
            made._expire("stamping", "middle" if middle else "root")
        return made

    def _certificate(self, name: str, use: str, by: str | None) -> None:
        key, out = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        config = self.folder / "openssl.cnf"
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        subject = f"/O={self.folder.name}/CN={name}"
        request = ("req", "-new", "-key", key, "-subj", subject, "-config", config)
        if by is None:
            openssl(*request, "-x509", "-days", _DAYS, "-extensions", use, "-out", out)
            return
        asked = self.folder / f"{name}.csr"
        openssl(*request, "-out", asked)
        signer = ("-CA", self.folder / f"{by}.pem", "-CAkey", self.folder / f"{by}.key")
        more = ("-CAcreateserial", "-days", _DAYS, "-extfile", config, "-extensions", use)
        openssl("x509", "-req", "-in", asked, *signer, *more, "-out", out)

    def _expire(self, name: str, by: str) -> None:
        """Sign a certificate again, as one of years ago: programs refuse to make such a one."""
        place = self.folder / f"{name}.pem"
        was = x509.load_pem_x509_certificate(place.read_bytes())
        key = load_pem_private_key((self.folder / f"{by}.key").read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        made = x509.CertificateBuilder(
            was.issuer,
            was.subject,
            was.public_key(),
            was.serial_number,
            *_LONG_AGO,
            list(was.extensions),
        )
        signed = made.sign(key, SHA256())
        place.write_bytes(signed.public_bytes(Encoding.PEM))

    @property
    def root(self) -> bytes:
        """The root certificate, PEM."""
        return (self.folder / "root.pem").read_bytes()

    def stamp(self, request: bytes) -> bytes:
        """Answer a time-stamp request with a reply, both DER."""
        asked, answer = self.folder / "request.tsq", self.folder / "reply.tsr"
        asked.write_bytes(request)
        config = self.folder / "openssl.cnf"
        openssl("ts", "-reply", "-config", config, "-queryfile", asked, "-out", answer)
        return answer.read_bytes()
