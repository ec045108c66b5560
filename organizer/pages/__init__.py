"""What the page shows of a petition, written from its JSON."""
