"""
What the functions share; it never imports a function. The glossary is in CONTRIBUTING.md.

What the database holds: documents, said once and read by the organizers' tools too. Pure beside
it: campaign's model, claim (forms and what is kept of them), address, country, receipt, link,
seal, base64url, blur, badge, form, values, problems; address, country, link and campaign read
their tables from files once.

With I/O: store, which knows a petition's requests, through firestore (the only module that
imports google.cloud); ledger, which records claims; tally, which counts; retry and cache between
them; settings (the only one that reads the environment), log (the only one that writes log
lines), web (the only one that knows HTTP) and server, which stands before it.
"""

import gc

# The interpreter looks for garbage whenever there are 700 objects more, but requests that wait for
# the database are none, nor is what has been imported (docs/performance.md).
GARBAGE_THRESHOLD = 10_000  # ours: what a few groups of signatures hold

gc.set_threshold(GARBAGE_THRESHOLD)
