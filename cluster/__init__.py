"""The platform: settings, wiring, connecting to Ray."""
