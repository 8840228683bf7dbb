"""Static files under names that carry their hash, scripts that import one another included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# A file a script names by its own address, as chart.js names Plotly.
BESIDE_THE_SCRIPT = (
    r"""(?P<matched>new URL\(\s*["'](?P<url>[./].*?)["']\s*,\s*import\.meta\.url\s*\))""",
    """new URL("%(url)s", import.meta.url)""",
)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Browsers may keep every file for ever: what a module imports changes its name, and so the module's own."""

    support_js_module_import_aggregation = True
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("*.js", (BESIDE_THE_SCRIPT,)))
