"""Certificates for an origin on 127.0.0.1, each wrong in its own way, and the authority that signed most of them."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_PRIVATE = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
_DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates; whoever trusts `path` trusts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("The tests' own authority")
        own = _unsigned(self._name, self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.path = folder / "authority.pem"
        self.path.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def context(
        self,
        *,
        host: str = "127.0.0.1",
        is_expired: bool = False,
        is_self_signed: bool = False,
    ) -> ssl.SSLContext:
        """A server's context with a new certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signer = (_named(host), key) if is_self_signed else (self._name, self._key)
        age = 10 * _DAY if is_expired else datetime.timedelta()
        signed = (
            _unsigned(_named(host), issuer, key, age)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
            .sign(signer, hashes.SHA256())
        )
        pem = self._folder / f"{signed.serial_number}.pem"
        pem.write_bytes(key.private_bytes(*_PRIVATE) + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])


def _unsigned(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    age: datetime.timedelta = datetime.timedelta(),
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC) - age
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(now - _DAY).not_valid_after(now + _DAY)
