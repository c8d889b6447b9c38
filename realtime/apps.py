"""The engine: log, bus, hub and consumers. Knows no app."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
