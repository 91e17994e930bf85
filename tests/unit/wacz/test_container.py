"""The zip itself: what goes in comes out, the same bytes each time, and every viewer finds where an entry begins."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DigestMismatch
from pipelines.wacz.container import Container

AT = datetime(2026, 11, 22, 3, 0, 9, tzinfo=UTC)
PATHS = st.from_regex(r"[a-z]{1,8}/[a-z0-9-]{1,12}(\.warc\.gz|\.jsonl|\.json)", fullmatch=True)
FILES = st.dictionaries(PATHS, st.lists(st.binary(max_size=200), max_size=4), max_size=6)


def made(files: dict[str, list[bytes]]) -> bytes:
    raw = io.BytesIO()
    container = Container(raw, AT)
    for path, parts in files.items():
        container.add(path, parts, size_bytes=sum(map(len, parts)))
    container.finish({"title": "a part"})
    return raw.getvalue()


@given(FILES)
def test_what_goes_in_comes_out_and_the_data_package_names_it(files: dict[str, list[bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(made(files))) as container:
        assert container.testzip() is None
        assert {path: container.read(path) for path in files} == {path: b"".join(files[path]) for path in files}
        raw = container.read("datapackage.json")
        digest = json.loads(container.read("datapackage-digest.json"))
        stored = {path for path in files if container.getinfo(path).compress_type == zipfile.ZIP_STORED}
    assert stored == {path for path in files if path.endswith(".gz")}
    assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}"}
    package = json.loads(raw)
    assert (package["profile"], package["wacz_version"], package["title"]) == ("data-package", "1.1.1", "a part")
    named = {each["path"]: (each["bytes"], each["hash"]) for each in package["resources"]}
    assert named == {
        path: (sum(map(len, parts)), f"sha256:{hashlib.sha256(b''.join(parts)).hexdigest()}")
        for path, parts in files.items()
    }
    names = [each["name"] for each in package["resources"]]
    assert len(set(names)) == len(names)


@given(FILES)
def test_the_same_files_make_the_same_bytes(files: dict[str, list[bytes]]) -> None:
    joined = {path: [b"".join(parts)] for path, parts in files.items()}
    assert made(files) == made(joined)


@pytest.mark.parametrize("promised", [{"size_bytes": 3}, {"size_bytes": 5}, {"size_bytes": 4, "sha256": "0" * 64}])
def test_what_is_not_as_its_manifest_says_is_no_part_of_a_pack(promised: dict[str, object]) -> None:
    with pytest.raises(DigestMismatch, match="other bytes"), Container(io.BytesIO(), AT) as container:
        container.add("archive/a.warc.gz", (b"ab", b"cd"), **promised)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["a.json", "a/b/c.json", "archive/a.warc.gz"])
def test_every_file_is_one_folder_deep_and_has_its_own_name(path: str) -> None:
    with Container(io.BytesIO(), AT) as container:
        container.add("archive/a.warc.gz", (b"",), size_bytes=0)
        assert container.free_path("archive", "a.warc.gz", "example.org") == "archive/example.org-a.warc.gz"
        with pytest.raises(ValueError, match="folder/name"):
            container.add(path, (b"",), size_bytes=0)
        container.finish({})


def test_an_entry_says_in_both_of_its_headers_alike_whether_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)  # else it would take gigabytes
    raw = made({"archive/small.warc.gz": [b"x" * 999], "archive/large.warc.gz": [b"x" * 1001], "pages/p.jsonl": [b"y"]})
    with zipfile.ZipFile(io.BytesIO(raw)) as container:
        assert container.testzip() is None
        entries = container.infolist()
    extras = {entry.filename: struct.unpack_from("<H", raw, entry.header_offset + 28)[0] for entry in entries}
    assert [entry.filename for entry in entries if extras[entry.filename] and not entry.extra] == []
    assert extras["archive/large.warc.gz"] > 0
