"""What a captured page says about where articles are: bytes in, candidates out."""
