"""Layers that make numbers of raw data: categories, bins, texts."""
