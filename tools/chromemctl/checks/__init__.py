"""What can be wrong with a store: one kind of finding a module, each enters itself into the registry."""
