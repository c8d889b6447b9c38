"""The socket of this app: posts, comments and likes, live."""

from realtime.consumers import RealtimeConsumer


class PostsConsumer(RealtimeConsumer):
    """Every room but the reader's own and the list of who is online."""

    kinds = frozenset({"public", "following", "hashtag", "post", "staff"})
