"""What a browser shows of a page, and what it asked for: every request is noted, and none may leave the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Frame, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever has a name goes nowhere: only addresses of this machine are asked.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PATIENCE_MS = 60_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium while the block runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Tab:
    """An open page that notes what it asks for."""

    page: Page
    requested: list[str] = field(default_factory=list)
    """URLs of all requests so far, those of frames and workers too."""

    def hosts(self) -> set[str]:
        """Host and port of every request that went over the network."""
        return {
            urlsplit(url).netloc for url in self.requested if urlsplit(url).scheme in ("http", "https", "ws", "wss")
        }


@contextmanager
def tab(browser: Browser, *, width: int = 1280, height: int = 900) -> Iterator[Tab]:
    """A page of its own in *browser*, without cookies or a cache."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE_MS)
    opened = Tab(context.new_page())
    context.on("request", lambda request: opened.requested.append(request.url))
    try:
        yield opened
    finally:
        context.close()


@dataclass(frozen=True)
class Shown:
    """What a frame shows."""

    text: str
    pictures: list[int]
    """Width of each picture; 0 for one that did not load."""
    background: str
    """Colour behind the page, which its style sheet gives it."""


def shown_in(frame: Frame) -> Shown:
    """What *frame* shows, once all of its pictures have been fetched or have failed."""
    frame.wait_for_load_state("load")
    # Pictures that load when they are scrolled to are asked for now.
    frame.evaluate("document.images.length && [...document.images].forEach(each => { each.loading = 'eager' })")
    frame.wait_for_function("[...document.images].every(each => each.complete)")
    return Shown(
        text=frame.evaluate("document.body.innerText"),
        pictures=frame.evaluate("[...document.images].map(each => each.naturalWidth)"),
        background=frame.evaluate("getComputedStyle(document.body).backgroundColor"),
    )
