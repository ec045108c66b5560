"""
What Google's Lighthouse thinks of the page: `make lighthouse`.

It looks at what would be uploaded, as the edge would send it, on a phone as slow as it makes one up
and on a desktop. It is pinned by `package-lock.json`, needs Node.js 18.16 or newer, and is never
served; docs/performance.md says what came out.
"""
