"""What a run brought home, for whoever asks: read from the archive, never written to it."""
