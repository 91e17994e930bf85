"""The spiders: what is requested, and what follows from what came back."""
