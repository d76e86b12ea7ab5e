"""How fast pygob and chromemctl are, as ratios measured side by side: `make bench`, docs/benchmarks.md."""
