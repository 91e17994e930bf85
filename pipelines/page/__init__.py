"""From a page's bytes to its text, its tree, its blocks, and what kind of page it is."""
