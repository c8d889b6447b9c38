"""Migrations of Django's own apps, with keys that MongoDB has."""
