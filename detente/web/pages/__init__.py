"""One file for each page: a frozen page object, and the function that makes it from the ledger and the relations."""
