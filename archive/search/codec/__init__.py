"""How a segment of an index is laid out: `docs/formats/index.md`, section "Segment".

Everything is numbers in blocks and text in blocks; nothing is ever unpickled. `segment` puts the
parts together: `terms` and `postings` for what is searched, `columns` for what is counted and
sorted, `stored` for what is shown.
"""
