"""What is written: posts, comments and likes."""

from importlib import import_module

from django.apps import AppConfig

from realtime import registry


class PostsConfig(AppConfig):
    name = "posts"

    def ready(self) -> None:
        # Only now: these import models, which were not there when this module was loaded.
        from posts import rights, rooms

        import_module("posts.signals")
        for kind in rooms.KINDS:
            registry.room_kind(kind)
        registry.subject_kind("post", rights.posts_still_seen)
        registry.subject_kind("comment", rights.comments_still_seen)
