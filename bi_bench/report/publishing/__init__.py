"""Published records: packing, opening, the folders of results."""
