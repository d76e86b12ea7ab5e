"""Streams written back: as lossless JSON, or with some values changed and every other byte kept."""
