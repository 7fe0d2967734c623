"""A prompt as chat messages."""

from domain.prompt import Prompt

Messages = tuple[dict[str, str], ...]


def messages_of(prompt: Prompt, form: str = "") -> Messages:
    """What changes least comes first, so that an endpoint's prompt cache finds a long prefix:
    system, sections in their order, then the answer's `form`, the task last."""
    parts = [f"# {section.title}\n\n{section.text}" for section in prompt.sections]
    if form:
        parts.append(f"# Form of the answer\n\n{form}")
    parts.append(f"# Task\n\n{prompt.task}" if parts else prompt.task)
    user = {"role": "user", "content": "\n\n".join(parts)}
    system = {"role": "system", "content": prompt.system}
    return (system, user) if prompt.system else (user,)


def characters(messages: Messages) -> int:
    """How long they are."""
    return sum(len(message["content"]) for message in messages)
