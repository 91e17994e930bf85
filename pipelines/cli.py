"""The commands that need no crawl, by name. Mounted into `pressarc` by crawler/cli.py.

Exit codes, the same for all commands: 0 done and well, 1 failed or findings, 2 usage or configuration, 3 done with
warnings.
"""

from __future__ import annotations

import typer

from pipelines.commands.late import add_late

COMMANDS = {
    "status": "Sites, runs and counts of an archive, and how each site's last run ended.",
    "report": "Report on a run, or on all runs of a night, against those before: what came, what it cost, and what "
    "stands out.",
    "history": "Every revision of an article: when it was captured, what changed, and the record that shows it.",
    "lookup": "Every capture of a URL, over all runs: when, what was answered, and the WARC record that holds it.",
    "replay": "Show archived pages in a browser as they were, through pywb, until Ctrl-C.",
    "export": "Write article lines of an archive into one file: all of them, the latest of each article, or what is "
    "new.",
    "schema": "Print the JSON Schema of article lines, outcome lines or manifests.",
    "extract": "Make articles of WARC files, or of single pages, without crawling anything.",
    "config": "Check the configuration, and print the effective one with every option's meaning.",
    "verify": "Check an archive: files against manifests, manifests against the chain, articles against their WARC "
    "records.",
    "pack": "Write a part of the archive as one WACZ file that stands alone: for ReplayWeb.page and other viewers.",
    "publish": "Publish what was captured and could not be published: nothing is crawled.",
    "index": "Make ready what lookup and replay read: indexes of runs that were committed before runs had one.",
    "repair": "Put files that are missing or damaged right, from a copy of the archive that has the bytes their "
    "manifests name.",
    "rebuild-memory": "Make a site's memory again from its articles, outcomes and WARC files, for a snapshot that is "
    "lost or damaged.",
    "redact": "Take an article out of the archive: payloads, lines and memory. What went, when and why stays in the "
    "chain.",
    "gc": "List, or remove, what no manifest names: left by tries that gave way and by writers that died.",
}
"""Each is the function of its name, in the module of its name; the sentence is the first of its docstring."""

app = typer.Typer(add_completion=False, no_args_is_help=True)
for _name, _sentence in COMMANDS.items():
    _module = _name.replace("-", "_")
    add_late(app, _name, f"pipelines.commands.{_module}:{_module}", _sentence)

_keys = typer.Typer(no_args_is_help=True, help="Keys that manifests are signed with.")
add_late(
    _keys,
    "new",
    "pipelines.commands.keys:new",
    "Make a key that manifests are signed with: the private one in FILE, the public one in FILE.pub.",
)
app.add_typer(_keys, name="keys")
