"""
The private key, and the people who keep it.

- `private_key` reads and writes it, from a file or from trustees' words;
- `fingerprint` tells keys apart by eye;
- `key_shares` splits it into words and makes it again;
- `typed` asks for those words, trustee by trustee;
- `fingerprint` tells keys apart by eye;
- `sheet` is what a trustee takes home on paper.
"""
