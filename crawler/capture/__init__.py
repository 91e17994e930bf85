"""The exact bytes of each exchange, taken from Scrapy's own connections and written before anything reads them."""
