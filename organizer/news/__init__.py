"""
Telling those who asked for it what became of the people, once each, and nobody else.

- `subscribers` chooses who is told and writes lists, for a mailing tool or for `mailing`;
- `stamps` keep who was told and who asked to hear no more, without telling whose they are;
- `letter` makes a person's mail of the petition's text;
- `post` hands it to a mail server, and `mailing` goes through the list.
"""
