"""
Numbers that organizers look at while people sign, of all claims and without opening a box.

- `traits` adds up what claims say of themselves, by hour, outside of memory;
- `numbers` gathers them at one instant of the database;
- `pace` compares with the record and with the next milestone; `signs` finds what wants a look, and
  `rules` counts again what fitted a line of `invalidate`;
- `folding` takes away what is too small to leave the screen, and `told` is what is left;
- `screen` draws the numbers for a terminal, `page` writes what may be told as HTML, and `told`
  describes it as JSON; `words` is what things are called.
"""
