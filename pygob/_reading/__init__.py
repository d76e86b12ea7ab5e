"""How values are read: each type compiled once into a plan, and the plan run."""
