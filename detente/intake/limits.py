"""The limits of what is taken in. An error that comes from one names it; `docs/intake.md` lists them all."""

from __future__ import annotations

MB = 1 << 20

MAX_DOCUMENT_BYTES = 50 * MB  # of one PDF, DOCX or letter
MAX_PAGE_BYTES = 10 * MB  # of one HTML page: pages of news have less than 1 MB
MAX_FEED_BYTES = 10 * MB
MAX_PAGE_TAGS = 100_000  # in one page: pages of news have less than 10,000, and extraction slows down with their number
MAX_PAGE_DEPTH = 256  # elements inside each other that the HTML parser follows

MAX_PDF_PAGES = 2_000
MAX_UNPACKED_RATIO = 200  # bytes out of one packed byte; news packs to a third or a tenth
UNPACKED_FREELY = 64 * MB  # that any packed file may give before its ratio counts
MAX_MEMBERS = 100_000  # files in one ZIP
MAX_NESTED_ARCHIVES = 2  # a ZIP in a ZIP, and no further
MAX_SPOOLED_BYTES = 2_048 * MB  # of an archive or a table that comes through standard input

MAX_REDIRECTS = 5
CONNECT_S = 5.0  # for one address of a name
FETCH_TIMEOUT_S = 20.0  # from the first byte to the last, redirects and all
