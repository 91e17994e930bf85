"""The machine of pressarc: bytes in, archive and articles out. It runs with Scrapy and Twisted not installed."""
