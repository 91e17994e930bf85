"""`pressarc demo`: our demo news site, crawled for real."""

from __future__ import annotations

import typer

from crawler.commands.crawled import crawled, report
from crawler.demo import serve
from crawler.run import Job
from pipelines.commands.options import FAILED, ArchiveOption, JsonOption
from pipelines.config import load_config


def demo(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Start our demo news site on this machine, crawl it for real, and say what was written and where.

    ```sh
    pressarc demo --archive demo-archive
    ```

    With `--json`: as `crawl`.

    To try pressarc on a site that is larger, older or more difficult, serve one and crawl it yourself: `--help` lists
    the vices that it can have.

    ```sh
    python -m crawler.demo --port 8080 --size 500 --day 2 --vice only_listings --vice calendar
    pressarc crawl http://127.0.0.1:8080/ --allow-private --delay 0
    ```
    """
    flags: dict[str, object] = {"archive.location": archive, "crawl.delay_s": 0.0, "crawl.allow_private": True}
    with serve() as site:
        flags["site.name"] = "demo"
        config = load_config(site.url, flags=flags)
        results = crawled([Job(config)])
    code = report(results, as_json=as_json)
    if not as_json and code != FAILED:
        _how_to_look(config.archive.location)
    raise typer.Exit(code)


def _how_to_look(archive: str) -> None:
    print(f"\nThe archive is in {archive}/: articles/ (JSON Lines), warc/ (the bytes), runs/ (the manifests).")
    print("To look at it:")
    option = "" if archive == "archive" else f" --archive {archive}"
    print(f"  .venv/bin/pressarc status{option}")
    print(f"  .venv/bin/pressarc verify{option}")
    print(f"  gzip -dc {archive}/articles/site=demo/*/*.jsonl.gz | head -n 1 | python3 -m json.tool --no-ensure-ascii")
    print(
        f"  .venv/bin/pressarc report demo --format html --out demo.html{option}    (a page with plots, for a browser)"
    )
    print(
        f"  .venv/bin/pressarc replay --install && .venv/bin/pressarc replay --open{option}    (its pages as they were)"
    )
