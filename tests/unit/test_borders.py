"""The borders of the house, read off the source: who may import whom, and who owns what."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS = (
    "crawler.reference",
    "crawler.cli",
    "crawler.commands crawler.ending",
    "crawler.nightly",
    "crawler.run",
    "crawler.spiders crawler.middlewares crawler.probe crawler.scheduler crawler.progress",
    "crawler.probing",
    "crawler.capture crawler.discovery crawler.settings crawler.log crawler.demo",
    "crawler.frontier",
    "crawler.cut_off",
    # ------------------------------------------------ crawler above, pipelines below
    "pipelines.cli pipelines.adapter",
    "pipelines.commands",
    "pipelines.replay pipelines.wacz",
    "pipelines.verify pipelines.captures pipelines.report pipelines.contract pipelines.export",
    "pipelines.publish pipelines.site_files",
    "pipelines.index",
    "pipelines.flow",
    "pipelines.article",
    "pipelines.extract",
    "pipelines.page",
    "pipelines.warc pipelines.store pipelines.memory pipelines.seal",
    "pipelines.config",
    "pipelines.options",
    "pipelines.http",
    "pipelines.values",
    "pipelines.errors pipelines.reasons pipelines.versions pipelines.disk pipelines.schemas",
)
"""Higher may import lower; what stands on one line does not import each other."""

OWNERS = {
    "scrapy": (
        "crawler/run.py",
        "crawler/probe.py",
        "crawler/scheduler.py",
        "crawler/log.py",
        "crawler/spiders/",
        "crawler/middlewares/",
        "crawler/capture/",
        "pipelines/adapter.py",
    ),
    "twisted": ("crawler/capture/", "crawler/log.py", "crawler/spiders/", "crawler/probe.py"),
    "OpenSSL": ("crawler/capture/",),
    "service_identity": ("crawler/capture/",),
    "zope": ("crawler/capture/",),
    "warcio": ("pipelines/warc/",),
    "isal": ("pipelines/warc/", "pipelines/export/"),
    "trafilatura": ("pipelines/extract/",),
    "dateparser": ("pipelines/extract/",),
    "htmldate": ("pipelines/extract/",),
    "dateutil": ("pipelines/extract/",),
    "lxml": ("pipelines/page/", "pipelines/extract/", "crawler/discovery/"),
    "feedparser": ("crawler/discovery/feeds.py",),
    "charset_normalizer": ("pipelines/page/",),
    "brotli": ("pipelines/http/",),
    "zstandard": ("pipelines/http/",),
    "boto3": ("pipelines/store/s3_client.py",),
    "botocore": (
        "pipelines/store/s3.py",
        "pipelines/store/s3_client.py",
        "pipelines/store/s3_errors.py",
        "pipelines/store/s3_probe.py",
    ),
    "tenacity": ("pipelines/store/retry.py",),
    "sqlite3": ("pipelines/memory/", "pipelines/export/newest.py"),
    "pyarrow": ("pipelines/export/parquet.py",),
    "cryptography": ("pipelines/seal/",),
    "rfc3161_client": ("pipelines/seal/timestamps.py",),
    "urllib.request": ("pipelines/seal/timestamps.py",),
    "protego": ("crawler/frontier/robots.py",),
    "pywb": ("pipelines/replay/wayback_child.py",),
    "surt": ("pipelines/index/cdxj.py",),
    "w3lib": ("pipelines/http/url.py", "pipelines/page/decode.py", "crawler/discovery/answers.py"),
    "filelock": ("pipelines/publish/work.py",),
    "pydantic": (
        "crawler/nightly/",  # what crosses from one process to another is checked
        "pipelines/article/",
        "pipelines/publish/",
        "pipelines/verify/",
        "pipelines/report/",
        "pipelines/contract/",
        "pipelines/export/state.py",
        "pipelines/config.py",
        "pipelines/options.py",
        "crawler/nightly/",
        "pipelines/commands/",
    ),
    "pygal": ("pipelines/report/plots.py",),
    "tomlkit": ("pipelines/site_files.py",),
    "typer": (
        "crawler/cli.py",
        "crawler/reference.py",
        "crawler/commands/",
        "pipelines/cli.py",
        "pipelines/commands/",
    ),
    "rich": ("crawler/commands/", "crawler/progress.py", "pipelines/commands/"),
    # What a crash at any of these leaves behind is tested there.
    "os.fsync": ("pipelines/disk.py",),
    "os.replace": ("pipelines/disk.py",),
    "os.rename": ("pipelines/disk.py",),
    "os.link": ("pipelines/disk.py",),
    "tomllib": ("pipelines/config.py",),
    "os.environ": ("pipelines/config.py",),
    "os.getenv": ("pipelines/config.py",),
    # What differs from one time to the next is an argument below the crawl and the commands.
    "datetime.now": ("crawler/", "pipelines/commands/"),
    "datetime.utcnow": (),
    "datetime.today": (),
    "date.today": (),
    "time.time": ("crawler/",),
    "time.monotonic": ("crawler/",),
    "time.perf_counter": ("crawler/",),
    "random": (),
    # Unfinished files must not meet, and their names are not kept; nobody is to know beforehand what a sample takes.
    "secrets": ("crawler/", "pipelines/store/local.py", "pipelines/commands/"),
    # The default of an argument; and a name that is made of what it names.
    "uuid": ("crawler/", "pipelines/warc/rotate.py", "pipelines/wacz/pack.py"),
}
"""Third parties, and what else has an owner, with where alone it may be used."""

BORDERS = {
    "crawler/cli.py": "one command: whatever it is, it is said in one sentence",
    "pipelines/flow.py": "one page",
    "pipelines/adapter.py": "one run",
    "crawler/discovery/feeds.py": "one feed: feedparser raises whatever broken XML drives it to",
    "pipelines/publish/guarded.py": "one job: it is raised again in the process that gave it",
    "crawler/middlewares/polite.py": "one robots.txt: whatever kept it from us, the host is unreachable (RFC 9309)",
    "crawler/middlewares/reservations.py": "one tdmrep.json: whatever kept it from us, pages are fetched all the same",
}
"""Where an exception of any kind may end."""


def modules() -> Iterator[Path]:
    for package in ("crawler", "pipelines"):
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, `from a import b` as both `a` and `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def modules_imported(path: Path, names: set[str]) -> Iterator[str]:
    """Which of *names* a module needs: of `from a import b`, `a.b` where that is a module, else `a`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom):
            wanted = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from wanted & names
            if node.module in names and wanted - names:
                yield str(node.module)


def used(path: Path) -> Iterator[tuple[int, str]]:
    """What is imported, and attributes such as `os.environ` and `datetime.now`."""
    yield from imported(path)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", None)
            yield node.lineno, f"{owner}.{node.attr}"


def layer_of(module: str) -> tuple[int, str] | None:
    """The row of the table and the folder (or module) in it."""
    for row, line in enumerate(LAYERS):
        for unit in line.split():
            if module == unit or module.startswith(f"{unit}."):
                return row, unit
    return None


def test_every_module_has_a_layer() -> None:
    packages = {"crawler", "pipelines"}
    assert [name for path in modules() if (name := name_of(path)) not in packages and layer_of(name) is None] == []


def test_modules_import_only_what_lies_below_them() -> None:
    broken = []
    for path in modules():
        here = layer_of(name_of(path))
        for line, target in imported(path):
            there = layer_of(target)
            if here is None or there is None or here[1] == there[1]:
                continue
            if there[0] <= here[0]:
                broken.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert broken == []


@pytest.mark.parametrize("owned", OWNERS)
def test_only_its_owners_use(owned: str) -> None:
    strangers = []
    for path in modules():
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(OWNERS[owned] or ("nowhere",)):
            continue
        names = used(path) if "." in owned else imported(path)
        strangers += [f"{where}:{line}" for line, name in names if name == owned or name.startswith(f"{owned}.")]
    assert strangers == []


def test_the_owners_that_are_named_are_there() -> None:
    named = {where for owners in (*OWNERS.values(), tuple(BORDERS)) for where in owners}
    assert [where for where in sorted(named) if not (ROOT / where).exists()] == []


def test_the_wire_and_the_policy_know_no_scrapy() -> None:
    pure = [*(ROOT / "crawler/frontier").glob("*.py"), *(ROOT / "crawler/discovery").glob("*.py")]
    pure.append(ROOT / "crawler/capture/wire.py")
    found = [
        f"{path}: {name}" for path in pure for _, name in imported(path) if name.split(".")[0] in ("scrapy", "twisted")
    ]
    assert found == []


def test_no_import_goes_in_a_circle() -> None:
    names = {name_of(path) for path in modules()}
    edges = {name_of(path): set(modules_imported(path, names)) - {name_of(path)} for path in modules()}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way[way.index(module) :], module))
        if module not in done:
            for target in sorted(edges[module]):
                visit(target, (*way, module))
            done.add(module)

    for module in sorted(edges):
        visit(module, ())


def test_exceptions_of_every_kind_end_only_at_the_borders() -> None:
    caught = set()
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            is_any = any(kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in kinds)
            is_raised_again = isinstance(node.body[-1], ast.Raise)
            if is_any and not is_raised_again:
                caught.add(path.relative_to(ROOT).as_posix())
    assert caught == BORDERS.keys()


def test_the_pipelines_run_where_scrapy_and_twisted_are_not_installed() -> None:
    names = [name_of(path) for path in modules() if name_of(path).startswith("pipelines")]
    names.remove("pipelines.adapter")
    program = f"""
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("scrapy", "twisted"):
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
for name in {names!r}:
    importlib.import_module(name)
assert not any(name.split(".")[0] in ("scrapy", "twisted", "crawler") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
