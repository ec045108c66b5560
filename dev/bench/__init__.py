"""
What the functions cost, as ratios to the least that the framework can do: `make bench`.

- `__main__` runs everything and prints the tables;
- `bare` and `counter` are the functions that ours are compared with;
- `load` sends the requests, by wrk (`signers.lua`) or by itself (`requester`);
- `servers` starts functions and reads from /proc what they took;
- `ledger` compares the tally with the documents;
- `tables` turns measurements into medians, ratios and aims.

Nothing here is a test: a time on one machine is not right or wrong. docs/performance.md says what
came out.
"""
