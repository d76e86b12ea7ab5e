"""Messages: bytes, numbers and blocks, before anybody knows what they mean."""
