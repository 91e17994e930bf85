"""HTTP/1.x messages as bytes: heads, bodies, URLs."""
