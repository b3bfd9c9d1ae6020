"""What can be found: the outbox that feeds the indexes, and how they are asked."""
