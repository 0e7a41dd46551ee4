"""Readings for people: on a terminal (`text`), as a page or in a notebook (`html`)."""
