"""What clients send about moderation. What they get is nothing: 202."""

from typing import Any

from rest_framework import serializers

from moderation.models import MAX_REASON
from realtime.rest.fields import PlainText
from realtime.rest.schema import sent_as


@sent_as(reason="It gives away where somebody lives.")
class ReportInput(serializers.Serializer[Any]):
    """Why a moderator should look at something."""

    reason = PlainText(max_length=MAX_REASON)
