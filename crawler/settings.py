"""Scrapy's settings: what holds for every crawl, and how one site's configuration is laid over it.

Scrapy reads the names in capitals; `settings_for` gives the rest. Where a value departs from Scrapy's own, its reason
stands beside it.
"""

from __future__ import annotations

from pipelines.options import Config

BOT_NAME = "pressarc"
SPIDER_MODULES = ["crawler.spiders"]

# Every byte is taken off the wire by our own handler, over HTTP/1.1 alone: HTTP/2 frames have no WARC form.
DOWNLOAD_HANDLERS = {
    "http": "crawler.capture.handler.CaptureHandler",
    "https": "crawler.capture.handler.CaptureHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.polite.PoliteMiddleware": 100,
    "crawler.middlewares.reservations.ReservationsMiddleware": 200,
    # Ours follows RFC 9309; Scrapy's allows everything when robots.txt cannot be had.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # Bodies are decoded by pipelines/http, live and offline alike; Scrapy's loses pages with a false coding.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    # Redirects are candidates like any other: the frontier decides about their targets.
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "crawler.middlewares.again.AgainMiddleware": 900,
    # Next to the downloader: nothing is between a request's turn and its first byte, and retries wait for theirs.
    "crawler.middlewares.pace.PaceMiddleware": 950,
}
ITEM_PIPELINES = {"pipelines.adapter.ArchivePipeline": 100}

ROBOTSTXT_OBEY = False  # see PoliteMiddleware
COOKIES_ENABLED = False  # what is captured must not depend on what was visited before
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # Scrapy's own default knows IPv4 alone
DOWNLOAD_DELAY_JITTER = 0  # a delay is a promise, and half of it would break the promise
# PaceMiddleware keeps the delays. Scrapy's own is not 0, since with 0 Scrapy 2.19 starts all that waits for a host at
# once, whatever the concurrency it is told.
DOWNLOAD_DELAY = 0.001
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # URLs are deduplicated as strings, before requests are made
HTTPERROR_ALLOW_ALL = True  # an error is an outcome, and the spider notes it
REFERER_ENABLED = False
URLLENGTH_LIMIT = 0  # what is dropped must have a reason, and Scrapy gives none
TELNETCONSOLE_ENABLED = False  # no port is opened: a crawl is nobody else's to steer
REMOTE_CONTROL_ENABLED = False
LOG_INSTALL_ROOT_HANDLER = False  # run.py decides where the log goes
LOG_FORMATTER = "crawler.log.QuietLogFormatter"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}


def settings_for(config: Config) -> dict[str, object]:
    """The settings that follow from a site's configuration."""
    crawl = config.crawl
    return {
        "USER_AGENT": config.user_agent,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.connections_per_host,
        "DOWNLOAD_TIMEOUT": crawl.timeout_s,
        "DOWNLOAD_MAXSIZE": crawl.max_body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": crawl.retries,
        "PRESSARC_TDMREP": crawl.tdmrep,
        "PRESSARC_ALLOW_PRIVATE": crawl.allow_private,
        "PRESSARC_DELAY_S": crawl.delay_s,
        "PRESSARC_MAX_CRAWL_DELAY_S": crawl.max_crawl_delay_s,
        "PRESSARC_LATENCY_FACTOR": crawl.latency_factor,
        "PRESSARC_BACKOFF_S": crawl.backoff_s,
        "PRESSARC_MAX_BACKOFF_S": crawl.max_backoff_s,
        "PRESSARC_ONLY_BETWEEN": crawl.only_between,
        "PRESSARC_TIME_ZONE": crawl.time_zone,
    }
