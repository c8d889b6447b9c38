"""How static files are stored and served.

In production they are compressed, with their content's hash in the name: so ``collectstatic`` and
the ``{% static %}`` tag have it when DEBUG is off.
"""

# servestatic ships no types, so its classes are Any: hence the ignores below.
from django.http import Http404, HttpRequest, HttpResponseBase
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


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names hashed also inside ES modules, so that ``import "./socket.js"`` finds its file."""

    support_js_module_import_aggregation = True
    #: A name depends on the names of what the module imports: one pass for each step of that.
    max_post_process_passes = 20
