"""
A petition's texts and settings, written and read through without a developer.

- `file`: where they lie;
- `interview`: asks for them, one after the other;
- `validity`: what no function would accept, in words;
- `proofreading`: what readers would stumble over: lengths, translations, dates, sources;
- `sharing`: how long a text may be on the networks;
- `interface`: whether the page itself speaks a petition's languages;
- `review`: all of that, and whether its pages are written;
- `preview`: whether the local run shows it;
- `correction`: one thing to write in another way: where it is, and how.
"""
