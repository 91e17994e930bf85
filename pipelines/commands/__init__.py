"""The commands that need no crawl, a module each; pipelines/cli.py names them all."""
