"""What one should know of."""
