"""Padding lengths: what size may tell of what is sealed."""

from __future__ import annotations


def padme(length: int) -> int:
    """Return `length` (bytes) rounded up to a PADME length, at most 12 percent more.

    It leaks no more than O(log log `length`) bits (Nikitin et al., "Reducing Metadata Leakage from
    Encrypted Files and Communication with PURBs", PoPETs 2019, section 4.3).
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
