"""
Everything that may happen to a petition, for as long as one likes: `make soak`.

- `scenarios` says what is played; `faults`, `hostile` and `rules` what goes wrong in it;
- `stage` starts what it is played on: an emulator of its own, the functions, and the wires of
  `wire`, which break on purpose;
- `crowd` signs and `readers` read, in an open loop (`arrivals`, and `steady` for more readers than
  Python can send), and keep how long that took (`latencies`); `play` lets them go on and keeps the
  `journal`;
- `audit` compares what people were told with what is stored in the end;
- `report` makes tables and plots of a journal.

Apart from it, `contention` lets the write path itself run through hours of load in virtual time.

docs/performance.md says what came out.
"""

from dev import CannotRun


class Missing(CannotRun):
    """What a scenario needs and this machine does not have, in words; it is not played."""
