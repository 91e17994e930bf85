"""The article: its schema, how it is built, and the parts it is written to."""
