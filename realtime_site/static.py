"""How static files are stored in production: compressed, with their content's hash in the name.

Used by ``collectstatic`` and by the ``{% static %}`` tag when DEBUG is off.
"""

# servestatic ships no types, so its class is Any: hence the ignore below.
from servestatic.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names hashed also inside ES modules, so that ``import "./socket.js"`` finds its file."""

    support_js_module_import_aggregation = True
