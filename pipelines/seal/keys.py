"""Ed25519 keys (RFC 8032) and signatures of bytes.

Keys are PEM: PKCS#8 for the private one, SubjectPublicKeyInfo for the public one (RFC 8410), as openssl reads and
writes them. A signature is its 64 bytes and nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pipelines.errors import ConfigError


@dataclass(frozen=True)
class PublicKey:
    """What signatures are checked with."""

    key: Ed25519PublicKey

    @classmethod
    def from_pem(cls, pem: str, *, where: str) -> PublicKey:
        """The key in *pem*.

        Raises:
            ConfigError: It is no Ed25519 public key; *where* is what it is called then.
        """
        try:
            key = load_pem_public_key(pem.encode())
        except ValueError as error:
            raise ConfigError("this is no public key in PEM (-----BEGIN PUBLIC KEY-----)", where=where) from error
        if not isinstance(key, Ed25519PublicKey):
            raise ConfigError("this is a public key, but none of Ed25519", where=where)
        return cls(key)

    def to_pem(self) -> str:
        """The key as text."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def fingerprint(self) -> str:
        """sha256 of the key's 32 bytes, lowercase hex: short enough to be compared over the telephone."""
        return hashlib.sha256(self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether *signature* is this key's of *content*."""
        try:
            self.key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """What manifests are signed with."""

    key: Ed25519PrivateKey

    @classmethod
    def new(cls) -> SigningKey:
        """A key that nobody has had before."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: str, *, where: str) -> SigningKey:
        """The key in *pem*.

        Raises:
            ConfigError: It is no Ed25519 private key, or one with a passphrase.
        """
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise ConfigError(
                "this is no private key in PEM without a passphrase; `pressarc keys new` makes one", where=where
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigError("this is a private key, but none of Ed25519; `pressarc keys new` makes one", where=where)
        return cls(key)

    def to_pem(self) -> str:
        """The key as text: a secret."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key.public_key())

    def sign(self, content: bytes) -> bytes:
        """The signature of *content*, 64 bytes; the same each time (RFC 8032 §5.1.6)."""
        return self.key.sign(content)
