"""Two arms or two runs against each other, in sentences."""
