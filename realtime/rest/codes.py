"""The codes of REST's errors, for whoever answers with one or tells of them.

Pure: a site without REST framework has them in its description, too.
"""

#: An error's code → its status.
STATUS: dict[str, int] = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "suspended": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "in_progress": 409,
    "too_large": 413,
    "key_reused": 422,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
}

#: What some of them mean, where the word does not say it.
MEANING: dict[str, str] = {
    "in_progress": "the first request with this `Idempotency-Key` still runs",
    "too_large": "a body over 256 KiB",
    "key_reused": "the `Idempotency-Key` was used for something else",
    "rate_limited": "try again after `Retry-After` seconds",
    "internal": "our fault",
    "unavailable": "try again after `Retry-After` seconds",
}
