"""A blueprint per audience; each page parses, asks one service and renders."""
