"""The writing room over HTTP: projects, their chapters, and what is remembered."""
