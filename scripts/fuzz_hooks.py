"""What `npm run fuzz` adds to schemathesis: every other configuration has a URL that can be taken, so that the calls
behind the first check of a body are reached too."""

import itertools

import schemathesis

_calls = itertools.count()


@schemathesis.hook
def map_body(context, body):
    config = body.get("config") if isinstance(body, dict) else None
    if isinstance(config, dict) and next(_calls) % 2 == 0:
        config["url"] = "http://127.0.0.1:8099/hook"
    return body
