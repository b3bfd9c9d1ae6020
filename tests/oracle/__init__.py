"""Whoosh's storage and codec interfaces on our files, so that its own searcher answers for ours."""
