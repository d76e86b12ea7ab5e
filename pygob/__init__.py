"""Go's encoding/gob in pure Python."""

__version__ = "0.1.0"
