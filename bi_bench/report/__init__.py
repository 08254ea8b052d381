"""Reports of a run: tables, figures, pages and exports, all made of its results."""
