"""Charts as inline SVG, drawn here so that the page needs nothing from elsewhere."""
