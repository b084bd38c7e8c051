"""One module a step, numbered; the last number stands in `schema.LATEST` too."""
