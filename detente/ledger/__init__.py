"""The ledger: all readings in one SQLite file. The only room with SQL; `docs/ledger.md` names its functions."""
