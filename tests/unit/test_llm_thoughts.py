import pytest

from adapters.llm.thoughts import Spoken


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("The mill.", "The mill."),
        ("", ""),
        ("  indented", "indented"),
        (" \n", ""),
        ("<think>hm</think>The mill.", "The mill."),
        ("\n<think>\nhm\n</think>\n\nThe mill. <think>", "The mill. <think>"),
        ("<think></think><think>again</think>Yes", "Yes"),
        ("<think>without end", ""),
        ("<thin", "<thin"),
        ("<thing> is a word", "<thing> is a word"),
        ("He said <think>hm</think>.", "He said <think>hm</think>."),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_thoughts_before_an_answer_are_left_out(answer: str, said: str, size: int) -> None:
    spoken = Spoken()
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    assert "".join(map(spoken.hear, pieces)) + spoken.end() == said
