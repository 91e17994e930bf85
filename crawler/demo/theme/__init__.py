"""Tideline, the site's theme: HTML as content management systems write it, furniture and all."""
