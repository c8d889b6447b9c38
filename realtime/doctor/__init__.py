"""What ``manage.py doctor`` looks at, one module for each part, and what it has found."""
