"""Everything in: from what is handed in to records, receipts and what is read back."""
