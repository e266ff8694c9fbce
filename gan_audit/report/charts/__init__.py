"""Charts: what they show, drawn by plotly in a browser and as SVG in print."""
