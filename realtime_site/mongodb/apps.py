"""Django's own apps with keys that MongoDB has."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

from realtime_site.mongodb import AUTO_FIELD


class Admin(AdminConfig):
    default_auto_field = AUTO_FIELD


class Auth(AuthConfig):
    default_auto_field = AUTO_FIELD


class Contenttypes(ContentTypesConfig):
    default_auto_field = AUTO_FIELD
