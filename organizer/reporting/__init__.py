"""
The report that is handed over: true, and of nobody who did not agree.

- `figures` gathers its numbers at one instant;
- `edition` says them in one language, with the `phrases` of `report.json`;
- `charts` draws them;
- `report` puts them on the page of `report.html`, and prints it;
- `totals` go with a delivery of names alone.
"""
