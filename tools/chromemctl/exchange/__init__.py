"""Stores carried elsewhere: into the other form, into chromem's exports, and out of them."""
