"""Pure policy: may a URL be requested, should it, and in which order. No sockets, no clock."""
