"""The application on this machine alone, in the foreground: `python -m serving`."""
