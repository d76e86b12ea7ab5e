"""Long runs of `chromemctl watch`, beyond what `make test` takes: docs/watch.md tells what came of them."""
