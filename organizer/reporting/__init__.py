"""
The report that is handed over: true, and of nobody who did not agree.

- `figures` are its numbers, of what `signatures.gathering` found; `totals` folds the countries;
- `edition` says them in one language, with the `phrases` of `report.json`;
- `charts` draws them;
- `report` puts them on the page of `report.html`, and prints it;
- `review` lets organizers look through the names before that;
- `delivery` writes the names as a list of their own, with their totals.
"""
