"""What `salvage` is made of: the search for streams in damaged bytes, and what is suspect in a value."""
