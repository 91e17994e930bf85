"""WARC 1.1 (ISO 28500:2017): records written from the bytes of the wire, and read back."""
