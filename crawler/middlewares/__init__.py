"""Thin Scrapy middlewares: may a request be made, and when."""
