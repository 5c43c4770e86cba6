"""A fleet's summary to text: one module per format."""
