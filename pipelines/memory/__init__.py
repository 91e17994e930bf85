"""What pressarc remembers of a site between two nights."""
