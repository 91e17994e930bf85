"""The commands that need no crawl, by name. Mounted into `pressarc` by crawler/cli.py.

Exit codes, the same for all commands: 0 done and well, 1 failed or findings, 2 usage or configuration, 3 done with
warnings.
"""

from __future__ import annotations

import typer

from pipelines.commands import (
    configuration,
    export,
    extract,
    gc,
    history,
    index,
    keys,
    lookup,
    pack,
    publish,
    rebuild_memory,
    redact,
    repair,
    replay,
    report,
    schema,
    status,
    verify,
)

app = typer.Typer(add_completion=False, no_args_is_help=True)
app.command("status")(status.status)
app.command("report")(report.report)
app.command("history")(history.history)
app.command("lookup")(lookup.lookup)
app.command("replay")(replay.replay)
app.command("export")(export.export)
app.command("schema")(schema.schema)
app.command("extract")(extract.extract)
app.command("config")(configuration.config_)
app.command("verify")(verify.verify)
app.command("pack")(pack.pack)
app.command("publish")(publish.publish)
app.command("index")(index.index)
app.command("repair")(repair.repair)
app.command("rebuild-memory")(rebuild_memory.rebuild_memory)
app.command("redact")(redact.redact)
app.command("gc")(gc.gc)

_keys = typer.Typer(no_args_is_help=True, help="Keys that manifests are signed with.")
_keys.command("new")(keys.new)
app.add_typer(_keys, name="keys")
