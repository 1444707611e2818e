"""Renderers: sheets, documents and charts as bytes."""
