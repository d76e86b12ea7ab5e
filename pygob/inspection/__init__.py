"""Looking into streams and values: a library for each question that the command answers."""
