"""An archive shown in a browser: pywb over our indexes, and pages that lead into it."""
