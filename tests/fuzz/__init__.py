"""Random types, values and streams, held against real Go: see `docs/judge.md`."""
