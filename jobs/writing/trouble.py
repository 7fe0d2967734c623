"""Why a chapter could not be written or checked, as a stable word."""

import re

from domain.errors import CommandRefused, ScriptoriumError


def reason_of(error: Exception) -> str:
    """The word for an error: `model_unavailable`, `answer_unusable`, `store_unavailable`; what a
    rule refused has the rule's own, what nobody expected is `internal_error`."""
    match error:
        case CommandRefused(reason=reason):
            return reason
        case ScriptoriumError():
            known = ScriptoriumError.__module__  # a part's own errors are kinds of these
            name = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == known)
            return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return "internal_error"
