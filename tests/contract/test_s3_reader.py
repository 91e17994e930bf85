"""Whoever may only read a bucket can verify the archive in it, and can do nothing to it."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.errors import AccessDenied
from pipelines.publish.guarded import Crew
from pipelines.store.open import open_store
from pipelines.verify.archive import verify
from pipelines.verify.proof import prove
from pipelines.verify.scope import Scope
from tests.contract.s3_servers import BUCKET, Ceph, client, s3_place
from tests.unit.publish.nights import SITE, id_of, in_this_process, night, no_progress, pages_of

pytestmark = pytest.mark.servers

READER = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "readersecret"}


def test_an_archive_is_verified_with_credentials_that_may_only_read(
    ceph: Ceph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = s3_place(ceph.url)
    with in_this_process():
        night(tmp_path, pages_of("bakery", "quarry"))
    for path in tmp_path.rglob("*"):
        key = path.relative_to(tmp_path).as_posix()
        if path.is_file() and not key.startswith(".work/"):
            place.write(key, path.read_bytes())
    ceph.admin("user", "create", "--uid=reader", "--display-name=r", "--access-key=reader", "--secret=readersecret")
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam:::user/reader"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    with closing(client(ceph.url)) as s3:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    for name, value in READER.items():
        monkeypatch.setenv(name, value)
    with closing(open_store(place.location)) as store:
        with pytest.raises(AccessDenied):
            store.put_new("memory/x", b"bytes", sha256=hashlib.sha256(b"bytes").hexdigest())
        report = verify(store, Scope((SITE,)), no_progress)
        assert (report.findings, report.checked.articles) == ([], 2)
        with Crew(1) as crew:
            proof = prove(store, id_of("bakery"), [SITE], crew)
    assert proof is not None
    assert (proof.findings, proof.is_made_again) == ([], True)
