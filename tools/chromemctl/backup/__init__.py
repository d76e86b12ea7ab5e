"""Backups of stores: files by their SHA-256, and for each backup a manifest that is written last."""
