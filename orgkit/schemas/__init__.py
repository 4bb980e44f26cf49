"""JSON Schemas of the files that orgkit writes."""
