"""
What the four functions share; it never imports a function.

The words of this package: a *petition* is what is signed, a *campaign* its texts and settings,
a *signer* a person who signs, a *signature* what they leave, a *receipt* what lets them withdraw
it, a *box* the sealed name and address, a *lane* one of the documents that are added up to the
*tally*, a *share link* an anonymous way to pass the petition on, a *problem* an error that the
API can answer.

Pure, without I/O: campaign, address, signature, seal, share, problems.
With I/O: store (the only module that imports google.cloud), ledger and tally (through store),
settings (the only one that reads the environment), log (the only one that writes log lines),
web (the only one that knows HTTP).
"""
