"""MongoDB as a database of this project: a thin layer on MongoDB's own ``django-mongodb-backend``.

The backend translates queries. What this layer adds is what the project's promises need and the
backend leaves out: Django's own ``atomic()`` is a transaction of the replica set, an update locks
its rows, two transactions that meet wait or are undone, and the log's ids come from the database.
``docs/mongodb.md`` says what holds.
"""
