"""
What the four functions share; it never imports a function.

The words of this package: a *petition* is what is signed, a *campaign* its texts and settings,
a *signer* a person who signs, a *signature* what they leave, a *receipt* what lets them withdraw
it, a *box* the sealed name and address, a *lane* one of the documents that are added up to the
*tally*, a *share link* an anonymous way to pass the petition on, a *problem* an error that the
API can answer.

Pure, without I/O: campaign, address, country, signature, receipt, base64url, seal, form, share,
badge, problems. With I/O: ledger and tally, through store, which knows the documents, and
firestore (the only module that imports google.cloud); settings (the only one that reads the
environment), log (the only one that writes log lines), web (the only one here that knows HTTP).
"""

import gc

# The interpreter looks for garbage whenever there are 700 objects more, but requests that wait for
# the database are none, nor is what has been imported (docs/performance.md).
GARBAGE_THRESHOLD = 10_000  # ours: what a few groups of signatures hold

gc.set_threshold(GARBAGE_THRESHOLD)
