"""Is the archive what it says it is? Findings, never exceptions, for whatever is wrong with it."""
