"""What a person does on the page."""

from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class Signer:
    """What one person writes into the form."""

    email: str
    name: str = "Kim Moses"
    message: str = ""
    country: str | None = None


def fill(page: Page, signer: Signer) -> None:
    """Write into the form without sending it."""
    page.fill("#name", signer.name)
    page.fill("#email", signer.email)
    page.fill("#message", signer.message)
    if signer.country:
        page.select_option("#country", signer.country)


def sign(page: Page, signer: Signer) -> str:
    """Sign, and return the receipt."""
    fill(page, signer)
    page.click("#submit")
    page.wait_for_selector("#thanks", state="visible")
    return page.text_content("#receipt-text") or ""
