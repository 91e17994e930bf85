"""The contract with those who read an archive: the schemas of its lines, and what may change in them."""
