"""Whether a key that signs can be guessed.

Pure: settings and checks ask it.
"""

from collections import Counter
from math import log2

#: Characters, as Django asks it of its own key.
LENGTH = 50
#: What a key must be worth at least, by how often each of its characters is in it. Of 64 random
#: ones in hexadecimal digits that is about 250; of 50 in five letters it is 116.
BITS = 128
#: How keys begin that stand in somebody's source: Django's new projects', and this site's own.
PUBLIC = ("django-insecure-", "only-for-development")


def weakness(key: str) -> str:
    """What is wrong with a key, as the end of a sentence; empty where nothing is."""
    if key.startswith(PUBLIC):
        return "is one that everybody can read in the source"
    if len(key) < LENGTH:
        return f"has {len(key)} characters, fewer than {LENGTH}"
    if any(key.startswith(key[period:]) for period in range(1, len(key) // 2 + 1)):
        return "says the same over and over"
    if bits(key) < BITS:
        return f"is worth {bits(key):.0f} bits, fewer than {BITS}: its characters are too few"
    return ""


def bits(key: str) -> float:
    """Shannon's measure of the whole key, as if its characters were drawn one by one."""
    length = len(key)
    return sum(count * log2(length / count) for count in Counter(key).values())
