"""What somebody would answer, in the language of the post. Pure."""

import re
from random import Random

from realtime_site.demo.people import COMMENTS, JAPANESE_COMMENTS

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def comment_on(body: str, rng: Random) -> str:
    """A comment on a post with this body."""
    return rng.choice(JAPANESE_COMMENTS if _JAPANESE.search(body) else COMMENTS)
