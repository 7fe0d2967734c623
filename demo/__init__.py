"""A sample book of our own, born digital and scanned, whose true text is known."""
