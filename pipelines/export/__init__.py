"""Article lines out of an archive into one file: whole, or what came since an earlier export."""
