"""A first look at a site: what to ask of it next, what the answers say, and the site file that follows. No sockets."""
