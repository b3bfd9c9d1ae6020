"""What is done with records afterwards: kept for a time, read anew, destroyed."""
