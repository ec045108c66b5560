"""
What the page shows of a petition, written from its JSON.

- `page`: a petition's pages, and the root's, put together;
- `plea`: what can be read with script off;
- `notice`: what it says when the petition opens, closes, or is over;
- `updates`: the news, on the page and as a feed;
- `languages`: the page in each language; `addressing`: in a folder of its own;
- `cards` and `picture`: what shared links show.
"""
