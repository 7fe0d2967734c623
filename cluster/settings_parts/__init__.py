"""The settings by what they are about; `cluster.settings` puts them together."""
