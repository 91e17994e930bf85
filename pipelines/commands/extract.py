"""`pressarc extract`: articles of WARC files, or of single pages, without a crawl."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from pipelines.article.jsonl import to_line, write_part
from pipelines.commands.console import errors, progress_bar
from pipelines.commands.options import WorkersOption
from pipelines.errors import ConfigError, ContentError
from pipelines.publish.guarded import Crew
from pipelines.publish.offline import NamedPage, extract_pages, extract_warcs, parse_page_line


def extract(
    files: Annotated[
        list[Path] | None, typer.Argument(help="WARC files, of any program, captures of one site.")
    ] = None,
    pages: Annotated[
        str | None,
        typer.Option(help='JSON lines `{"id","url","html_b64"}` to read instead: a file, or `-` for standard input.'),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the parts; standard output by default.")] = None,
    workers: WorkersOption = 0,
) -> None:
    """Make articles of WARC files, or of single pages, without crawling anything.

    ```sh
    pressarc extract crawl.warc.gz > articles.jsonl
    pressarc extract crawl-00001.warc.gz crawl-00002.warc.gz --out parts --workers 4
    pressarc extract --pages - < pages.jsonl
    ```

    WARC files give article lines on standard output or, with `--out`, `articles/<name>.jsonl.gz` and
    `outcomes/<name>.jsonl.gz` in a folder. With `--pages`, each line `{"id","url","html_b64"}` (the page's bytes in
    base64) gives a line `{"id","text","title","author","date","reason"}`; every page is held to be an article's, and
    pages of one host teach one another. Where a page gives no article, or takes more than ten seconds or 500 MB to be
    read, the fields are null but for `reason`, which says why (FORMAT.md lists the reasons).
    """
    if (pages is None) == (not files):
        raise ConfigError("name WARC files, or --pages with a file or -", where="pressarc extract")
    if pages is not None:
        with Crew(workers) as crew:
            for answer in extract_pages(_read_pages(pages), crew):
                print(json.dumps(answer, ensure_ascii=False))
        return
    if out is not None and out.exists() and not out.is_dir():
        raise ConfigError("this is a file; name a folder for the parts", where=f"--out {out}")
    with Crew(workers) as crew, progress_bar() as watcher:
        for lines in extract_warcs(files or [], crew=crew, progress=watcher):
            _write_lines(out, "articles", lines.name, lines.articles)
            if out is not None:
                _write_lines(out, "outcomes", lines.name, lines.outcomes)


def _read_pages(source: str) -> list[NamedPage]:
    now = datetime.now(UTC)
    try:
        stream = sys.stdin if source == "-" else Path(source).open(encoding="utf-8")  # noqa: SIM115 (closed below)
        with stream:
            named = ((f"{source}:{number}", line) for number, line in enumerate(stream, start=1) if line.strip())
            return [parse_page_line(line, captured_at=now, where=where) for where, line in named]
    except OSError as error:
        raise ConfigError(f"the file cannot be read ({error.strerror})", where=source) from error
    except UnicodeDecodeError as error:
        raise ContentError("this is not UTF-8", where=source) from error


def _write_lines(out: Path | None, kind: str, name: str, lines: Sequence[BaseModel]) -> None:
    if out is None:
        sys.stdout.buffer.writelines(to_line(line) for line in lines)
        return
    stem = name.removesuffix(".gz").removesuffix(".warc")
    part = write_part(out / kind / f"{stem}.jsonl.gz", (to_line(line) for line in lines))
    errors.print(f"{part.path}: {part.lines} {kind}")
