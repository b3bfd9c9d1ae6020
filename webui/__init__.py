"""The web door: pages per need, by role, over the same services as the command line."""
