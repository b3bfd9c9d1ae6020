"""What leaves for paper or a spreadsheet: PDF text, rows, QR codes, tables."""
