"""Describing records in ISAD(G), and arranging them in a finding aid."""
