"""The web pages: what the ledger and the relations know, shown so that every figure leads back to its sentences."""
