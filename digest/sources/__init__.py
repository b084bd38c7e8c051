"""Where summaries come from: feeds, folders, and the pages behind a feed's entries."""
