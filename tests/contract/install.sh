#!/bin/sh
# What the tests of object stores need besides Python packages, on Debian or Ubuntu, as root: Ceph's S3 server.
set -eu
command -v radosgw >/dev/null && command -v ceph-osd >/dev/null && command -v openssl >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd ceph-mgr radosgw ceph-common openssl >/dev/null
