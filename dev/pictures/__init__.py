"""
The pictures that are kept in the repository, taken from the running page: `make screenshots`.

- `screenshots` fills docs/screenshots/; the cards of shared links are the organizers' to draw;
- `browser` finds and describes a real Chromium, `signer` does in it what a person does.
"""
