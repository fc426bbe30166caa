#!/bin/sh
# A shell logs by pushing JSON objects to a list of a store; `dragonlog ship --buffer redis://…` delivers them.
# REDIS_URL names the store (default redis://127.0.0.1:6379).
set -eu

printf '{"timestamp":"%s","service":"backup","data":"%s","type":"INFO","request_id":"r-1","metadata":{"language":"sh"}}' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "done" |
  redis-cli -u "${REDIS_URL:-redis://127.0.0.1:6379}" -x RPUSH logs:buffer >/dev/null
