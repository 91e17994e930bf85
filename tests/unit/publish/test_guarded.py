from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.errors import ContentError
from pipelines.publish import guarded
from pipelines.publish.guarded import Crew, Job, PageBorder, on_page
from pipelines.reasons import Reason
from pipelines.store.open import open_store
from tests.unit.publish.nights import article_page, lines_of, night, url_of

MB = 1_000_000
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.usefixtures("worker_processes")


def pages(vices: Mapping[int, str], *, doomed: Mapping[int, Reason], page: PageBorder) -> list[tuple[int, str | None]]:
    """Ten pages, some of them with a vice; what became of each."""
    told: list[tuple[int, str | None]] = []
    for number in range(10):
        if number in doomed:
            told.append((number, doomed[number].value))
            continue
        with page(number):
            indulge(vices.get(number))
        told.append((number, None))
    return told


def indulge(vice: str | None) -> None:
    match vice:
        case "endless":
            re.match("(a+)+b", "a" * 60)  # it never comes back from C
        case "huge":
            [b"x" * MB for _ in range(300)]
        case "crashing":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "broken":
            raise ContentError("a page that is no page", where="here")


def die_between_pages(*, doomed: Mapping[int, Reason], page: PageBorder) -> None:
    os._exit(1)


def same(value: int) -> tuple[int, int]:
    return value, os.getpid()


def peak_bytes(size_bytes: int) -> int:
    """The most memory that this process had, after a page that takes so much."""
    b"x" * size_bytes
    # Not what getrusage says: that begins with what the parent had.
    (peak_kb,) = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(peak_kb) * 1024


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "PAGE_LIMIT_S", 2)
    monkeypatch.setattr(guarded, "PAGE_LIMIT_BYTES", 200 * MB)


def test_a_page_that_asks_too_much_is_given_up_and_the_others_are_read() -> None:
    with Crew(2) as crew:
        told, others = crew.in_order([Job(pages, ({4: "endless", 7: "huge", 8: "crashing"},)), Job(pages, ({},))])
    reasons = {4: Reason.EXTRACTION_TIMEOUT, 7: Reason.EXTRACTION_MEMORY, 8: Reason.EXTRACTION_FAILED}
    assert told == [(number, reasons.get(number)) for number in range(10)]
    assert others == [(number, None) for number in range(10)]


def test_single_pages_are_read_by_the_same_workers_and_given_up_one_by_one() -> None:
    with Crew(2) as crew:
        read = list(crew.in_order(on_page(same, number) for number in range(50)))
        assert [value for value, _ in read if not isinstance(value, Reason)] == list(range(50))
        assert len({process for _, process in read}) <= 2
        vices = (None, "endless", None, "huge", None)
        given = list(crew.in_order(on_page(indulge, vice) for vice in vices))
    assert given == [None, Reason.EXTRACTION_TIMEOUT, None, Reason.EXTRACTION_MEMORY, None]


def test_memory_is_refused_before_it_is_taken() -> None:
    with Crew(1) as crew:
        before, given = (crew.one(on_page(peak_bytes, size)) for size in (0, 150 * MB))
        assert isinstance(before, int)
        assert isinstance(given, int)
        assert 140 * MB < given - before < 160 * MB
        assert crew.one(on_page(peak_bytes, 250 * MB)) is Reason.EXTRACTION_MEMORY


def test_an_error_of_a_job_is_raised_in_its_place() -> None:
    with Crew(1) as crew:
        results = crew.in_order([on_page(same, 1), Job(pages, ({2: "broken"},))])
        assert next(results)[0] == 1
        with pytest.raises(ContentError, match="no page"):
            next(results)


def test_a_worker_that_dies_of_no_page_is_no_page_s_fault() -> None:
    with Crew(1) as crew, pytest.raises(ContentError, match="between two pages"):
        crew.one(Job(die_between_pages, ()))


def test_no_jobs_need_no_workers() -> None:
    with Crew() as crew:
        assert list(crew.in_order([])) == []
        assert crew._workers == []


ORPHANING = """
import os, signal, sys, threading, time
from pipelines.publish import guarded
from tests.unit.publish.test_guarded import indulge, same

with guarded.Crew(2) as crew:
    pids = {pid for _, pid in crew.in_order(guarded.on_page(same, number) for number in range(40))}
    busy = {worker._process.pid for worker in crew._workers}
    print(*sorted(pids | busy), flush=True)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    list(crew.in_order([guarded.on_page(indulge, "endless")]))
"""


def test_workers_do_not_outlive_a_process_that_is_killed() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ORPHANING],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    workers = [int(pid) for pid in ran.stdout.split()]
    assert workers
    until = time.monotonic() + 5
    while any(map(is_running, workers)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(is_running, workers))


def slow(*, doomed: Mapping[int, Reason], page: PageBorder) -> None:
    time.sleep(0.3)


def test_a_worker_whose_holder_hung_up_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    worker = guarded._Worker()
    worker.give(guarded._Task(Job(slow, ())))
    worker.connection.close()
    assert worker._process.wait(timeout=30) == 0
    worker.stop()
    assert capfd.readouterr().err == ""


def test_ctrl_c_at_a_terminal_does_not_reach_the_workers() -> None:
    with Crew(1) as crew:
        _, pid = crew.one(on_page(same, 1))
        assert os.getpgid(pid) != os.getpgid(0)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_hostile_page_gets_its_reason_and_the_night_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "PAGE_LIMIT_S", 10)
    monkeypatch.setattr(guarded, "PAGE_LIMIT_BYTES", 100 * MB)
    hostile = b"<b " + b" ".join(b"a%d" % number for number in range(50)) + b">x</b>"
    found = [(url_of(topic), article_page(topic), 200) for topic in ("bakery", "quarry")]
    manifest = night(tmp_path / "archive", [found[0], (f"{url_of('bakery')}more/", hostile * 20_000, 200), found[1]])
    store = open_store(str(tmp_path / "archive"))
    outcomes = {line["url"]: (line["outcome"], line["reason"]) for line in lines_of(store, manifest, "outcomes")}
    assert outcomes[f"{url_of('bakery')}more/"] == ("page", "extraction_memory")
    assert {outcomes[url] for url, _, _ in found} == {("article", None)}
