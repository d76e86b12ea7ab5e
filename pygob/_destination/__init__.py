"""Decoding into a given type or object, by Go's rules for what fits what."""
