#!/bin/sh
# What the browser tests need besides Python packages: Debian's Chromium, and npm to fetch ReplayWeb.page. As root.
set -eu
command -v chromium > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
command -v npm > /dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; }
