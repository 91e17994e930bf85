"""The commands that crawl, a module each; crawler/cli.py names them all."""
