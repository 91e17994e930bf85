"""Where each capture lies: CDXJ indexes, made from WARC files, sorted, merged and searched."""
