"""`pressarc history`: every revision of an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from pipelines.article.revisions import Words, text_diff
from pipelines.commands.archive import archive_of
from pipelines.commands.options import ArchiveOption, ConfigOption, JsonOption, SetOption
from pipelines.config import load_config
from pipelines.errors import ConfigError
from pipelines.report.history import history as history_of
from pipelines.report.history import history_as_json, marked_words, place_words, revision_words


def history(
    url: Annotated[str, typer.Argument(help="The article's URL.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show how the text changed, word by word.")] = False,
    archive: ArchiveOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every revision of an article: when it was captured, what changed, and the record that shows it.

    The oldest comes first. With `--diff`, how the text changed from each revision to the next: which paragraphs, and
    in them the words that went (`[-so-]`, red on a terminal) and those that came (`{+so+}`, green). Exit code 2 where
    the archive has no article at that URL.

    ```sh
    pressarc history https://example.org/2026/11/ferry/ --diff
    ```

    With `--json`: the article lines, as a list; with `--diff`, too, each has `diff`: `[{op, previous, current, words:
    [{op, text}]}]`, null for the first.
    """
    store = archive_of(load_config(None, config_file=config, overrides=set_ or (), flags={"archive.location": archive}))
    revisions = history_of(store, url)
    if not revisions:
        raise ConfigError(f"the archive {store.location} has no article at this URL", where=url)
    diffs = [list(text_diff(before.text, after.text)) if diff else [] for before, after in pairwise(revisions)]
    if as_json:
        print(json.dumps(history_as_json(revisions, diffs if diff else None), indent=1, ensure_ascii=False))
        return
    out = Console(soft_wrap=True, highlight=False)
    for revision, changes in zip(revisions, [[], *diffs], strict=True):
        for line in revision_words(revision):
            out.print(line, markup=False)
        for change, words in changes:
            out.print(f"  {place_words(change)}", style="cyan", markup=False)
            out.print(_colour(words) if out.is_terminal else marked_words(words), markup=False)


def _colour(words: Sequence[Words]) -> Text:
    styles = {"equal": "", "delete": "red strike", "insert": "green"}
    return Text.assemble(*((each.text, styles[each.op]) for each in words))
