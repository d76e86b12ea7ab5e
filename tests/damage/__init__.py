"""The damage catalogue: stores damaged in every known way, what is found, and what recovery makes of it."""
