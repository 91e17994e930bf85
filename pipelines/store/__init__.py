"""Where the archive's objects are kept: a folder or an S3 bucket, behind one contract (contract.py)."""
