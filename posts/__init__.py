"""What is written: posts, comments and likes."""
