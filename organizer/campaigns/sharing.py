"""How long a text may be that people share, on the two networks that count."""

# https://github.com/twitter/twitter-text, config/v3.json: a post has 280, a character of these
# ranges counts once and every other twice, and a link counts as 23 whatever its length.
_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
X_MOST = 280
X_LINK = 23

# Weibo's share window takes 140 Chinese characters; two Latin ones count as one.
# ours: its short links are about as long as 10 of them.
WEIBO_MOST = 140
WEIBO_LINK = 10


def length_on_x(text: str) -> int:
    """Return how much of a post a text takes."""
    return sum(1 if any(low <= ord(c) <= high for low, high in _SINGLE) else 2 for c in text)


def length_on_weibo(text: str) -> int:
    """Return how many Chinese characters a text counts as, rounded up."""
    return -(-sum(1 if c.isascii() else 2 for c in text) // 2)


def too_long(text: str) -> list[str]:
    """Say on which networks a text does not fit beside the link and the space before it."""
    over = {
        "X": (length_on_x(text) + 1 + X_LINK, X_MOST),
        "Weibo": (length_on_weibo(text + " ") + WEIBO_LINK, WEIBO_MOST),
    }
    return [
        f"{network} counts it with the link as {length}, and takes {most}"
        for network, (length, most) in over.items()
        if length > most
    ]
