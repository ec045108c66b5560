"""
What is signed, in the database, as organizers read, open and change it.

- `database` reads and `batch` writes; nobody else talks to Firestore, and `faults` says its
  errors in sentences; `stored` is a document as it was read;
- `opening` opens boxes, in processes of their own; `checks` keeps which of them hold the address
  that they count for; `proof` tries the key and the pepper before anything else;
- `reading` brings all claims of a signer together, `naming` (pure) says what becomes of their
  name, `decisions` is how organizers decide;
- `gathering` brings together what is handed over, in one pass; `withholding` keeps names off it;
- `export` writes it into files: `rows` are its lines, `checkpoint` lets it go on after a kill;
- `filter` says which claims are meant, `hours` reads the times that it is given, `invalidation`
  takes their signers off the count, `withdrawal` does what a signer asks for, `forgetting` erases
  what was sealed, at the end;
- `audit` compares signers, claims and lanes, and repairs them.
"""
