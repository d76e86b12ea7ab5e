"""How a store is changed: planned as data, under a lock, noted in a journal, undone on request."""
