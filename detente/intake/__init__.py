"""Articles from wherever a desk has them: pages, feeds, crawls, tables, documents, letters, folders, archives."""
