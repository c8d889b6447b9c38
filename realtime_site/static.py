"""How static files are stored and served.

In production they are compressed, with their content's hash in the name: so ``collectstatic`` and
the ``{% static %}`` tag have it when DEBUG is off. Our own scripts go out without their comments,
which are half of them.
"""

# servestatic ships no types, so its classes are Any: hence the ignores below.
from django.core.files.base import ContentFile, File
from django.http import Http404, HttpRequest, HttpResponseBase
from rjsmin import jsmin
from servestatic.middleware import ServeStaticMiddleware
from servestatic.responders import MissingFileError
from servestatic.storage import CompressedManifestStaticFilesStorage


class StaticFiles(ServeStaticMiddleware):  # type: ignore[misc]
    """Answers 404 also in development, where servestatic would raise for a file that is none."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            response: HttpResponseBase = await super().__call__(request)
        except MissingFileError:
            raise Http404 from None
        return response


#: Whose scripts are made small; what others ship is theirs, and mostly small already.
OWN = ("notifications/", "posts/", "presence/", "realtime/")


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names hashed also inside ES modules, so that ``import "./socket.js"`` finds its file."""

    support_js_module_import_aggregation = True
    #: A worker too is found by its hashed name: by the other it would load all modules once more,
    #: and those of another version after an update.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "*.js",
            (
                (
                    r"""(?P<matched>new URL\(["'](?P<url>\./[^"']+)["'],\s*import\.meta\.url\))""",
                    """new URL("%(url)s",import.meta.url)""",
                ),
            ),
        ),
    )
    #: A name depends on the names of what the module imports: one pass for each step of that.
    max_post_process_passes = 20

    def _save(self, name: str, content: "File[bytes]") -> str:
        if name.startswith(OWN) and name.endswith(".js"):
            content = ContentFile(jsmin(b"".join(content.chunks())))
        saved: str = super()._save(name, content)
        return saved
