"""What the scripts that write pages and pictures share."""
