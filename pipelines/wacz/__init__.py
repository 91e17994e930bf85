"""A part of an archive in one file that stands alone: WACZ 1.1.1 (specs.webrecorder.net/wacz/1.1.1)."""
