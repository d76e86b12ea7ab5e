"""What is wrong with a store, and what real chromem-go does with it."""
