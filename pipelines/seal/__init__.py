"""Who vouches for a manifest, and since when: Ed25519 signatures and RFC 3161 time-stamps of its bytes."""
