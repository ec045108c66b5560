"""What functions tell a page in a test, in their place."""

from playwright.sync_api import Page, Route

from dev.stack import Stack


class Count:
    """Answers the count with what a test says, or not at all."""

    def __init__(self, page: Page, services: Stack, signatures: int = 4999) -> None:
        self.signatures: int | None = signatures
        self.exact = True
        self.closes: str | None = None
        self.asked = 0
        page.route(f"{services.count}/**", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        if self.signatures is None:
            return route.abort()
        return route.fulfill(
            json={
                "petition": "savemyfriend",
                "status": "open",
                "outcome": None,
                "closes": self.closes,
                "signatures": self.signatures,
                "exact": self.exact,
                "goal": 5000,
                "countries": [
                    {"country": "KR", "signatures": 3000},
                    {"country": "ZZ", "signatures": 1500},
                    {"country": "other", "signatures": 499},
                ],
                "as_of": "2012-02-20T03:04:05Z",
            },
            headers={"Access-Control-Allow-Origin": "*"},
        )
