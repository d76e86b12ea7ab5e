"""What a store sets aside: where it goes, how it gets there, and what is there."""
