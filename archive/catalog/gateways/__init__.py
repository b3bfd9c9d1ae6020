"""Gateways of the catalog: one small class per noun, over the connection of one transaction."""
