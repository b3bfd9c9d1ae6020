"""Members: who they are, how they come in, and what becomes of their keys."""
