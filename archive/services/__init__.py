"""What people do with the archive: the one service layer behind both doors."""
