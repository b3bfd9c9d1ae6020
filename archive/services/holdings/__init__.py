"""What is done with records afterwards: described, kept, read anew, destroyed."""
