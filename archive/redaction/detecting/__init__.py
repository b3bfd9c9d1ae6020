"""Detectors, one module for each kind of thing that they find."""
