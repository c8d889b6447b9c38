"""Who is here: users, logins, follows and blocks."""
