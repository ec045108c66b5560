"""
What an organizer types: a module for each command, with its options and what it shows.

- before: `keys`, `doctor`, `use`;
- while people sign: `count`, `watch`, `stats`, `recount`, `withdraw`, `invalidate`;
- at the end: `status` (open, close, outcome), `export`, `report`, `forget`, `burn`.

What two commands need is not here but in a room.
"""
