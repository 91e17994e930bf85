# The commands of the README. `make setup` makes the environment; everything else calls it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEV := $(VENV)/.dev
READY := $(VENV)/.ready

.PHONY: help demo crawl setup test test-servers test-e2e test-browser replay-env check format schema reference lock bench bench-extract clean

help:  ## Show these lines.
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/make \1|\2/' | column -t -s '|'

setup: $(READY)  ## Make the environment in .venv from requirements.lock; after it .venv/bin/pressarc is the command.

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

replay-env: $(READY)  ## Install pywb in an environment of its own, for pressarc replay.
	$(BIN)/pressarc replay --install

demo: $(READY)  ## Crawl our demo news site, for real, into ./archive.
	@$(BIN)/pressarc demo

crawl: $(READY)  ## Crawl a site into ./archive: make crawl SITE=https://example.org/
	@test -n "$(SITE)" || { echo "make crawl: name the site, like SITE=https://example.org/" >&2; exit 2; }
	@$(BIN)/pressarc crawl $(SITE)

test: $(DEV)  ## Run the tests that need only Python packages.
	$(BIN)/python -m pytest -n auto --dist loadfile

test-servers: $(DEV)  ## Run the tests with real servers (Ceph: Debian packages, as root), other programs' readers, and 100,000 broken responses.
	sh tests/contract/install.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-loaders.lock
	$(BIN)/python -m pytest -m servers -n auto --dist loadgroup

test-e2e: $(DEV)  ## Run the tests against a real WordPress and systemd's own checks (Debian packages, as root).
	sh tests/e2e/wordpress/install.sh
	sh tests/e2e/systemd/install.sh
	$(BIN)/python -m pytest -m e2e

test-browser: $(DEV)  ## Run the tests that look at archived pages in Chromium (Debian package, as root).
	sh tests/browser/install.sh
	$(BIN)/python -m pytest -m browser

check: $(DEV)  ## Run ruff and mypy.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV)  ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(DEV)  ## Write the JSON Schemas and docs/schema.md anew from the models and FORMAT.md.
	$(BIN)/python -m pipelines.contract

reference: $(DEV)  ## Write docs/commands.md anew from the commands' own help.
	$(BIN)/python -m crawler.reference

lock: $(DEV)  ## Write the lock files anew from pyproject.toml.
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --no-header --allow-unsafe -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --no-header --allow-unsafe --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	sed -n 's/^replay = \["\(.*\)"\]$$/\1/p' pyproject.toml | \
	  $(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --no-header --no-annotate --allow-unsafe -o pipelines/replay/requirements-replay.lock -
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --no-header --allow-unsafe --extra loaders -c requirements-dev.lock -o requirements-loaders.lock pyproject.toml

bench: $(DEV)  ## Measure each part against a yardstick in the same run.
	$(BIN)/python -m bench.warc_writing
	$(BIN)/python -m bench.verify
	$(BIN)/python -m bench.index
	$(BIN)/python -m bench.upload
	$(BIN)/python -m bench.pack
	$(BIN)/python -m bench.capture
	$(BIN)/python -m bench.memory
	$(BIN)/python -m bench.known_urls
	$(BIN)/python -m bench.export

bench-extract: $(DEV)  ## Score extraction on pages whose articles are known: make bench-extract PAGES=pages.jsonl.xz
	@test -n "$(PAGES)" || { echo "make bench-extract: name the data, like PAGES=pages.jsonl.xz" >&2; exit 2; }
	@$(BIN)/python -m bench.extract $(PAGES)

clean:  ## Remove the environment and what tests leave; never an archive.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache *.egg-info
