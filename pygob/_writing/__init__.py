"""How values are written: each type compiled once into a plan, and the plan run."""
