"""
What the functions cost, beside the least that the framework can do and what others would write.

`make bench`:

- `variants` says what is measured, `bench` measures it, `tables` makes medians, ratios and aims;
- `record` plays a minute of the soak's heaviest petition;
- `services` starts it: our functions, `bare` and `counter` as functions to compare with, and
  `relational`, FastAPI on the PostgreSQL of `postgres`; `standin` takes the emulator's place where
  only the function is to be measured;
- `generator` puts the load, by wrk (`signers.lua`) or by `requester`; `load` is what is sent;
- `cpu` reads what everybody took, `wire` what Firestore would bill, `audit` whether it was exact.

Apart from it, `page` measures what a reader waits for, `export` the organizers' export, and
`scaling` is arithmetic alone.

Nothing here is a test: a time on one machine is not right or wrong. docs/performance.md says what
came out.
"""
