"""The engine: log, bus, hub and consumers. Knows no app."""
