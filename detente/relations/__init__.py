"""From readings to relations: happenings, quotations, items, tension, the brief. All of it is made anew from what the ledger
knows by a moment; nothing here is stored as the truth."""
