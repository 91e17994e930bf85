"""What an archive holds of a URL, over all its runs."""
