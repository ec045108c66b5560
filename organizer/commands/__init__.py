"""
What an organizer types: a module for each command, with its options and what it shows.

- before: `petition`, `keys`, `doctor`, `use`;
- while people sign: `petition` (update), `count`, `watch`, `stats`, `recount`, `withdraw`,
  `invalidate`;
- at the end: `status` (open, close, outcome), `deliver`, `export`, `report`, `news`, `forget`,
  `burn`.

What two commands need is not here but in a room.
"""
