"""Why something is permitted, and how it is proven to others: evidence, fixity, witnesses."""
