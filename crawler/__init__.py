"""The live hand of pressarc: Scrapy, sockets, politeness. It imports `pipelines`, never the reverse."""
