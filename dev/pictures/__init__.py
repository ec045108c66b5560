"""
The pictures that are kept in the repository, taken from the running page: `make screenshots`.

- `screenshots` fills docs/screenshots/, `cards` draws what shared links show (`card.html`);
- `browser` finds and describes a real Chromium, `signer` does in it what a person does;
- `picture` saves with few colours.
"""
