"""Stories: what a novel in progress has established, and what may be said next."""
