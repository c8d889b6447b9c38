"""What clients send about posts. What they get is in ``wire.py``."""

from typing import Any

from rest_framework import serializers

from posts.models import MAX_BODY, MAX_COMMENT, Post
from realtime.rest.fields import PlainText


class PostInput(serializers.Serializer[Any]):
    """A post as its author writes it."""

    body = PlainText(max_length=MAX_BODY)
    visibility = serializers.ChoiceField(choices=Post.Visibility.choices, required=False)


class CommentInput(serializers.Serializer[Any]):
    """A comment as its author writes it."""

    body = PlainText(max_length=MAX_COMMENT)
