"""What the person or script at the other end sees: text, JSON, pipes, exit."""
