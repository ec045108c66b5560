"""
What checks the page's modules without a build: `python -m dev.page_checks`, part of `make check`.

- TypeScript reads the types in their JSDoc (`tsconfig.json`);
- Biome looks for faults (`lint.jsonc`).

Both are pinned by `package-lock.json`, need Node.js, and are never served.
"""
