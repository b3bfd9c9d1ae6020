"""From a proposal to a released reading copy, and back."""
