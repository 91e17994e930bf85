"""From sealed WARC files to a committed run: extraction, parts, manifest, commit, and picking up what was cut short."""
