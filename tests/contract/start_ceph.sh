#!/bin/bash
# A real S3 server: Ceph's gateway on a cluster of one node in memory, as ordinary processes on loopback (run as root).
# usage: start_ceph.sh DIR PORT; stop with: kill $(cat DIR/run/*.pid)
set -eu
dir=$(readlink -m "${1:?dir}") port=${2:?port}
mkdir -p "$dir"/run "$dir"/log "$dir"/osd "$dir"/mon "$dir"/mgr
conf=$dir/ceph.conf keyring=$dir/keyring
export CEPH_CONF=$conf
cat > "$conf" <<X
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v2:127.0.0.1:$((port + 1))]
public network = 127.0.0.0/8
run dir = $dir/run
log file = $dir/log/\$name.log
admin socket = $dir/run/\$name.asok
pid file = $dir/run/\$name.pid
keyring = $keyring
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 4294967296
osd memory target = 939524096
mon allow pool size one = true
mon allow pool delete = true
mon warn on pool no redundancy = false
mon data = $dir/mon
osd data = $dir/osd
mgr data = $dir/mgr
mgr initial modules =
ms bind ipv4 = true
ms bind ipv6 = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$port
rgw thread pool size = 64
rgw enable usage log = false
rgw run sync thread = false
X
key="ceph-authtool $keyring --gen-key"
{ $key --create-keyring -n mon. --cap mon 'allow *'
  $key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' --cap mds 'allow *'
  $key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw'
  $key -n mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *' --cap mds 'allow *'
  $key -n osd.0 --cap mon 'allow profile osd' --cap mgr 'allow profile osd' --cap osd 'allow *'; } > "$dir/log/keys"
fsid=$(sed -n 's/^fsid = //p' "$conf")
monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1))]" "$dir/monmap" > "$dir/log/monmap"
ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$keyring"
ceph-mon -c "$conf" -i a
ceph-mgr -c "$conf" -i x # without it radosgw-admin waits for ever
osd_uuid=$(cat /proc/sys/kernel/random/uuid)
osd=$(timeout 60 ceph -c "$conf" osd new "$osd_uuid")
ceph-osd -c "$conf" -i "$osd" --mkfs --osd-uuid "$osd_uuid" > "$dir/log/mkfs" 2>&1
ceph-osd -c "$conf" -i "$osd" > "$dir/log/osd" 2>&1
timeout 90 radosgw-admin -c "$conf" user create --uid=test --display-name=test --access-key=test --secret-key=testtest \
  > "$dir/log/admin" 2>&1
radosgw -c "$conf" -n client.rgw
