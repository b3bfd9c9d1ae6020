"""The basement: identities, signatures, key slots and grants. Knows no documents."""
