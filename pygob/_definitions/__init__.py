"""Type definitions: those met before, and what makes two of them one type."""
