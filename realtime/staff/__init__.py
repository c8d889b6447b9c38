"""The live page of the admin: what its readers are told, and what they may ask of the sockets."""
