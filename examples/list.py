#!/usr/bin/env python3
# Any program logs by pushing JSON objects to a list of a store; `dragonlog ship --buffer redis://…` delivers them.
# REDIS_URL names the store (default redis://127.0.0.1:6379).
import datetime, json, os, redis

store = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"))
store.rpush("logs:buffer", json.dumps({
    "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    "service": "billing",
    "data": {"invoice": 9007199254740993, "paid": 12.5},
    "type": "AUDIT",
    "request_id": "r-1",
    "metadata": {"language": "python"},
}))
