"""Finding and reading at one's own clearance, one's own papers, and what is taken along."""
