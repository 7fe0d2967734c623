"""The offline provider: it writes and reads by rules, and says so."""

from adapters.llm.offline.model import OfflineModel

__all__ = ["OfflineModel"]
