"""What is on the wire, told to clients: AsyncAPI, JSON Schemas, TypeScript types, tables.

All of it is made from one source, the classes and tables that the code itself runs on:

source.py      what there is: events, commands, control frames, rooms, sockets
schemas.py     each payload as a JSON Schema, with an example
asyncapi.py    the AsyncAPI document
typescript.py  types for the browser's client and for those of others
tables.py      the tables of docs/protocol.md
views.py       the document for programs, and as a page

Like all of the engine it knows no app: what apps add it finds where they have registered it.
"""
