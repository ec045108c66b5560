"""
What the page shows of a petition, written from its JSON.

- `plea`: what can be read with script off;
- `notice`: what it says when the petition opens, closes, or is over.
"""
