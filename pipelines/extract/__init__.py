"""From a page's tree to the articles on it, and from many pages of a site to what they have in common."""
