"""One command a night for all sites: what is due, in which process, and what became of it."""
