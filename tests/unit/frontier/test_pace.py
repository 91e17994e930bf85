"""The pace of one host: delays, rests after 429 and 503, and when it is given up. No clock is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.pace import Answer, Pace, PaceRules, http_date, retry_after_s

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
RULES = PaceRules(delay_s=1.0, max_delay_s=60.0, latency_factor=1.0, backoff_s=30.0, max_backoff_s=600.0)


class Host:
    """A pace, and the time that passes while it is kept."""

    def __init__(self, rules: PaceRules = RULES) -> None:
        self.pace = Pace(rules)
        self.now_s = 1000.0

    def ask(
        self, status: int = 200, *, takes_s: float = 0.0, retry_after: str | None = None, date: str | None = None
    ) -> float:
        """Wait, make a request, take its answer. How long the wait was."""
        wait_s = max(0.0, self.pace.wait_s(self.now_s))
        self.now_s += wait_s
        self.pace.started(self.now_s)
        started_s, self.now_s = self.now_s, self.now_s + takes_s
        answer = Answer(status, started_s, takes_s or None, retry_after, date)
        self.pace.answered(answer, now_s=self.now_s, now=NOW + timedelta(seconds=self.now_s - 1000.0))
        return wait_s

    @property
    def wait_s(self) -> float:
        return self.pace.wait_s(self.now_s)


# ---------------------------------------------------------------- the delay


def test_the_first_request_does_not_wait_and_each_further_one_keeps_the_delay() -> None:
    host = Host()
    assert [host.ask() for _ in range(3)] == [0.0, 1.0, 1.0]


def test_the_delay_is_from_start_to_start() -> None:
    host = Host(PaceRules(delay_s=1.0, latency_factor=0))
    host.ask(takes_s=0.4)
    assert host.wait_s == pytest.approx(0.6)
    host.ask(takes_s=5.0)
    assert host.wait_s < 0


def test_a_start_that_is_told_more_exactly_counts() -> None:
    host = Host()
    host.ask()
    host.pace.started(host.now_s + 0.3)  # connecting took that long
    host.pace.started(host.now_s + 0.1)
    assert host.wait_s == pytest.approx(1.3)


@pytest.mark.parametrize(
    ("configured_s", "asked_s", "kept_s"),
    [(1.0, None, 1.0), (1.0, 7.0, 7.0), (1.0, 0.5, 1.0), (1.0, 86400.0, 60.0), (120.0, 7.0, 120.0)],
)
def test_the_longer_of_configuration_and_robots_txt_counts(
    configured_s: float, asked_s: float | None, kept_s: float
) -> None:
    pace = Pace(PaceRules(delay_s=configured_s))
    pace.crawl_delay("https://news.example.org/robots.txt", asked_s)
    assert pace.delay_s == kept_s


def test_of_two_origins_on_a_host_the_longer_crawl_delay_counts_until_it_is_taken_back() -> None:
    pace = Pace(RULES)
    pace.crawl_delay("http://news.example.org/robots.txt", 9.0)
    pace.crawl_delay("https://news.example.org/robots.txt", 4.0)
    assert pace.delay_s == 9.0
    pace.crawl_delay("http://news.example.org/robots.txt", None)
    assert pace.delay_s == 4.0


def test_a_slow_host_is_asked_more_slowly_at_once_and_faster_by_and_by() -> None:
    host = Host()
    delays = []
    for takes_s in (0.2, 8.0, 2.0, 2.0, 0.1, 0.1, 0.1, 0.1):
        host.ask(takes_s=takes_s)
        delays.append(host.pace.delay_s)
    assert delays[:4] == [1.0, 8.0, 5.0, 3.5]
    assert delays[4:] == sorted(delays[4:], reverse=True)
    assert delays[-1] == 1.0


def test_errors_that_are_quickly_told_make_nothing_faster() -> None:
    host = Host()
    host.ask(takes_s=8.0)
    host.ask(500, takes_s=0.01)
    host.ask(404, takes_s=0.01)
    assert host.pace.delay_s == 8.0


def test_latency_counts_as_often_as_configured_and_within_bounds() -> None:
    for factor, latency_s, delay_s in [(2.0, 5.0, 10.0), (0.0, 5.0, 1.0), (1.0, 500.0, 60.0), (1.0, 0.004, 1.0)]:
        host = Host(PaceRules(latency_factor=factor))
        host.ask(takes_s=latency_s)
        assert host.pace.delay_s == delay_s


# ---------------------------------------------------------------- rests


@pytest.mark.parametrize("status", [429, 503])
def test_without_retry_after_each_rest_is_twice_as_long_and_the_last_of_full_length(status: int) -> None:
    host = Host()
    host.ask(status)
    rests = []
    while host.pace.given_up is None:
        rests.append(host.ask(status))
    assert rests == [30.0, 60.0, 120.0, 240.0, 480.0, 600.0]
    assert host.pace.given_up == f"it answered {status} again after a rest of 600 s"


def test_a_good_answer_ends_the_row_of_rests() -> None:
    host = Host()
    for _ in range(3):
        host.ask(503)
    assert host.ask() == 120.0
    host.ask(503)
    assert host.wait_s == 30.0


def test_after_a_refusal_the_delay_is_longer_and_comes_back_slowly() -> None:
    host = Host()
    host.ask(503)
    assert host.pace.delay_s == 2.0
    delays = []
    for _ in range(20):
        host.ask()
        delays.append(host.pace.delay_s)
    assert delays == sorted(delays, reverse=True)
    assert delays[9] > 1.0
    assert delays[-1] == 1.0


@pytest.mark.parametrize("status", [429, 503, 413, 500, 403])
@pytest.mark.parametrize("field", ["90", "Sun, 22 Nov 2026 03:01:30 GMT"])
def test_the_host_rests_as_long_as_retry_after_says(status: int, field: str) -> None:
    host = Host()
    host.ask(status, retry_after=field)
    assert host.wait_s == 90.0


def test_a_date_in_retry_after_is_read_by_the_servers_clock() -> None:
    host = Host()
    host.ask(503, retry_after="Sun, 22 Nov 2026 05:00:20 GMT", date="Sun, 22 Nov 2026 05:00:00 GMT")
    assert host.wait_s == 20.0
    assert host.pace.given_up is None


def test_a_host_that_goes_on_refusing_rests_longer_than_it_asks_for() -> None:
    host = Host()
    host.ask(503, retry_after="2")
    assert host.ask(503, retry_after="2") == 2.0
    assert host.ask(503, retry_after="500") == 60.0
    assert host.wait_s == 500.0


def test_a_retry_after_that_means_nothing_is_none() -> None:
    host = Host()
    host.ask(503, retry_after="later")
    assert host.wait_s == 30.0


def test_retry_after_of_answers_that_are_no_errors_is_passed_over() -> None:
    host = Host()
    host.ask(200, retry_after="500")
    host.ask(302, retry_after="500")
    assert host.wait_s == 1.0


def test_a_rest_of_the_longest_length_is_waited_for_and_a_longer_one_means_that_the_host_is_given_up() -> None:
    host = Host()
    host.ask(503, retry_after="600")
    assert (host.wait_s, host.pace.given_up) == (600.0, None)
    host = Host()
    host.ask(503, retry_after="601")
    assert host.pace.given_up == "it answered 503 and may be asked again from 2026-11-22T03:10:01Z on"


def test_requests_that_were_under_way_together_are_one_refusal() -> None:
    host = Host()
    for _ in range(3):
        host.pace.answered(Answer(503, 1000.0), now_s=1001.0, now=NOW)
    host.pace.answered(Answer(200, 1000.0), now_s=1001.5, now=NOW)
    assert host.pace.wait_s(1001.0) == 30.0
    host.now_s = 1001.0
    assert host.ask(503) == 30.0
    assert host.wait_s == 60.0


def test_a_longer_retry_after_of_a_request_that_was_under_way_counts() -> None:
    pace = Pace(RULES)
    pace.answered(Answer(503, 1000.0, retry_after="10"), now_s=1001.0, now=NOW)
    pace.answered(Answer(503, 1000.0, retry_after="50"), now_s=1002.0, now=NOW)
    pace.answered(Answer(503, 1000.0, retry_after="5"), now_s=1003.0, now=NOW)
    assert pace.wait_s(1003.0) == 49.0


answers = st.tuples(
    st.sampled_from([200, 304, 404, 429, 500, 503]),
    st.floats(0, 100),
    st.one_of(st.none(), st.integers(0, 600).map(str)),
)


@given(st.lists(answers, min_size=1, max_size=30), st.floats(0, 10), st.floats(0, 90))
def test_no_gap_is_shorter_than_the_delay_in_force_and_no_retry_after_is_violated(
    night: list[tuple[int, float, str | None]], delay_s: float, crawl_delay_s: float
) -> None:
    host = Host(PaceRules(delay_s=delay_s))
    host.pace.crawl_delay("https://news.example.org/robots.txt", crawl_delay_s)
    last_s, not_before_s = 0.0, 0.0
    for status, takes_s, retry_after in night:
        delay_in_force_s = host.pace.delay_s
        assert delay_in_force_s >= max(delay_s, min(crawl_delay_s, 60.0))
        host.ask(status, takes_s=takes_s, retry_after=retry_after)
        started_s = host.now_s - takes_s
        assert started_s - last_s >= delay_in_force_s - 1e-6
        assert started_s >= not_before_s - 1e-6
        last_s = started_s
        if status in (429, 503) and retry_after is not None:
            not_before_s = max(not_before_s, host.now_s + float(retry_after))
        if host.pace.given_up is not None:
            return


# ---------------------------------------------------------------- Retry-After


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 03:00:10 GMT", 10.0),
        ("Sunday, 22-Nov-26 03:00:10 GMT", 10.0),
        ("Sun Nov 22 03:00:10 2026", 10.0),
        ("Sun, 22 Nov 2026 02:00:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("٣", None),
    ],
)
def test_retry_after_has_two_forms_and_dates_have_three(field: str, seconds: float | None) -> None:
    assert retry_after_s(field, NOW) == seconds


def test_a_pause_without_end_has_a_date_all_the_same() -> None:
    host = Host()
    host.ask(503, retry_after="9" * 400)
    assert host.pace.given_up is not None
    assert "2036" in host.pace.given_up


@given(st.text())
def test_no_field_breaks_the_reader(field: str) -> None:
    seconds = retry_after_s(field, NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(86_400, 4_000_000_000))
def test_a_date_as_servers_write_it_is_read(second: int) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert http_date(format_datetime(at, usegmt=True)) == at
