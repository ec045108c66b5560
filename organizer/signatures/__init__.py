"""
The signatures in the database, as organizers read, open and change them.

- `database` is the only module that talks to Firestore, and `faults` says its errors in sentences;
- `stored` is one signature as it was read, `filter` says which are meant;
- `opening` opens boxes, in processes of their own;
- `drift` (pure) and `audit` compare documents and lanes, and repair the count;
- `invalidation` takes signatures back;
- `export` writes them into files: `rows` are its lines, `checkpoint` lets it go on after a kill.
"""
