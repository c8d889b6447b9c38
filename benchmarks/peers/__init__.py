"""What is compared: us in several set-ups, and others who do the same job."""
