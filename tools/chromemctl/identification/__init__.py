"""The search for lost names in one store: what it has to go by, and how the operator has set it up."""
