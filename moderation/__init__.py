"""What moderators see and do: reports, decisions, and the log of these."""
