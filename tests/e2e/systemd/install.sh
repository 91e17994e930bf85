#!/bin/sh
# What the tests of the service's unit need, on Debian or Ubuntu, as root: systemd-analyze. Nothing is started.
set -eu
command -v systemd-analyze >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends systemd >/dev/null
