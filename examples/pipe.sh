#!/bin/sh
# The logs of any program: its lines go in through a pipe and come out of a shipper, here into files.
# DIRECTORY chooses where (default ./logs).
set -eu

printf 'starting\nready\n{"data":{"paid":12.5},"type":"AUDIT","request_id":"r-1"}\n' |
  npx dragonlog pipe --service legacy

npx dragonlog ship --once --to "directory:${DIRECTORY:-./logs}" --group legacy
