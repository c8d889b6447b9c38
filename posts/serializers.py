"""What clients send about posts. What they get is in ``wire.py``."""

from typing import Any

from rest_framework import serializers

from posts.models import MAX_BODY, MAX_COMMENT, Post
from realtime.rest.fields import PlainText
from realtime.rest.schema import sent_as


@sent_as(body="It has begun to #rain.", visibility="public")
class PostInput(serializers.Serializer[Any]):
    """A post as its author writes it."""

    body = PlainText(max_length=MAX_BODY)
    visibility = serializers.ChoiceField(choices=Post.Visibility.choices, required=False)


@sent_as(body="Here too.")
class CommentInput(serializers.Serializer[Any]):
    """A comment as its author writes it."""

    body = PlainText(max_length=MAX_COMMENT)
