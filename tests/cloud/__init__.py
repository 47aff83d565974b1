"""What only a real account can confirm: run by hand, with a budget. README.md has the table."""
