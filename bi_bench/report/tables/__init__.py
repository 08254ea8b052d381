"""Reports as text: terminal, Markdown, CSV and JSON."""
