"""What analysis knows of single languages: stems, marks of a language, Korean, Han characters."""
