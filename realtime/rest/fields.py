"""Input fields of serializers: text that is text, by the one rule of ``text.py``; true or false.

DRF's own take a number for a text and "yes" for true.
"""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from realtime.rest.text import plain_text

#: What JSON Schema's ``maxLength`` cannot say.
COUNTED = "Plain text: kept with LF and in NFC, trimmed; its length is counted after that."


class StrictText(serializers.CharField):
    """A JSON string; a number is not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """JSON's true or false; no word or number is taken for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class PlainText(StrictText):
    """What people write, as it is kept: LF, NFC, trimmed, 1 to ``max_length`` code points."""

    def __init__(self, *, max_length: int, lines: bool = True, **kwargs: Any) -> None:
        self.lines, self.longest = lines, max_length
        super().__init__(max_length=max_length, trim_whitespace=False, help_text=COUNTED, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return plain_text(text, field="text", max_length=self.longest, lines=self.lines)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
