"""A time-stamp authority (RFC 3161) on loopback, made with openssl, and some that misbehave."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipelines.seal.timestamps import Roots, roots_from_pem

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = A time-stamp authority for tests
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = leaf.pem
signer_key = leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    folder: Path
    url: str
    """A vice may follow: silent, refuses, other_bytes, rubbish."""

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def strangers(self) -> Roots:
        """Another authority's certificates."""
        other = self.folder / "other"
        other.mkdir(exist_ok=True)
        _make_certificates(other)
        return roots_from_pem((other / "ca.pem").read_text(), where="")


@contextmanager
def running_authority(folder: Path) -> Iterator[Authority]:
    """An authority with certificates of its own in *folder*."""
    _make_certificates(folder)

    class Handler(_Handler):
        where = folder

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Authority(folder, f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    where: Path

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        vice = self.path.strip("/")
        if vice == "silent":
            return
        if vice == "other_bytes":
            (self.where / "other.txt").write_text("something else")
            asked = ("ts", "-query", "-data", "other.txt", "-sha256", "-cert")
            query = _openssl(self.where, *asked).stdout
        (self.where / "query").write_bytes(query)
        answer = _openssl(self.where, "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query").stdout
        self.send_response(503 if vice == "refuses" else 200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(b"rubbish" if vice == "rubbish" else answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _make_certificates(folder: Path) -> None:
    (folder / "openssl.cnf").write_text(_CONFIG)
    (folder / "serial").write_text("01")
    new = ("req", "-config", "openssl.cnf", "-newkey", "rsa:2048", "-nodes")
    of_ca = ("-x509", "-days", "2", "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem")
    _openssl(folder, *new, *of_ca)
    _openssl(folder, *new, "-subj", "/CN=stamps", "-keyout", "leaf.key", "-out", "csr")
    by_ca = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
    of_leaf = ("-extfile", "openssl.cnf", "-extensions", "leaf", "-out", "leaf.pem")
    _openssl(folder, "x509", "-req", "-in", "csr", *by_ca, *of_leaf)


def _openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True, timeout=60)
