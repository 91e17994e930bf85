#!/bin/sh
# What the browser tests need besides Python packages: Debian's Chromium. As root.
set -eu
command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
