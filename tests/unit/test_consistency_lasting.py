"""What lasts for a time: absences, broken legs, hair cut off."""

import pytest

from domain.story.coherence.consistency.places.lasting import lasting
from tests.unit.contradictions import contradictions

SAILED = "Tom Hask sailed for Goa. He would be gone three years. Nora Vane wept."
BROKEN = "Nora Vane broke her leg on the ice. Ida Brandt carried her home."
SHORN = "Ida Brandt cut Nora Vane’s hair over the sink."
EN_PRISON = "Tom Hask fut condamné à deux ans de bagne. Nora Vane pleura."
JAMBE = "Nora Vane s’était cassé la jambe. Ida Brandt la porta."


@pytest.mark.parametrize(
    ("language", "before", "draft"),
    [
        ("en", SAILED, "Ida Brandt was baking. Tom Hask came in from the garden and sat down."),
        ("en", SAILED, "Ida Brandt came home. Tom Hask was on the sofa."),
        ("en", BROKEN, "The next day Ida Brandt saw that Nora Vane was running up the stairs."),
        ("en", SHORN, "The next day Nora Vane braided her hair and went out."),
        ("fr", EN_PRISON, "Ida Brandt rentra. Tom Hask fendait du bois dans la cour."),
        ("fr", JAMBE, "Le lendemain, Nora Vane dansait dans la cour."),
    ],
)
def test_what_has_not_ended_is_gone_against(language: str, before: str, draft: str) -> None:
    assert contradictions(lasting, language, before, draft)


@pytest.mark.parametrize(
    ("language", "before", "draft"),
    [
        ("en", SAILED, "Ida Brandt was baking. Tom Hask had often come in from the garden."),
        ("en", SAILED, "Ida Brandt dreamed that night. Tom Hask came in and sat down."),
        ("en", SAILED, "Ida Brandt was baking. Tom Hask came home on a Friday. He sat down."),
        ("en", SAILED, "Many years later Ida Brandt was baking. Tom Hask sat down."),
        ("en", SAILED, "Tom Hask stood at the rail and thought of Nora Vane."),
        ("en", BROKEN, "Nora Vane hobbled to the window on a stick and jumped at the noise."),
        ("en", BROKEN, "Three months later Nora Vane ran up the stairs."),
        ("en", SHORN, "Ida Brandt braided her hair and went out."),
        ("fr", EN_PRISON, "Ida Brandt rentra. Tom Hask lui écrivait chaque semaine."),
        ("fr", JAMBE, "Nora Vane n’avait pas dansé."),
    ],
)
def test_what_has_ended_or_is_only_thought_of_is_not(
    language: str, before: str, draft: str
) -> None:
    assert not contradictions(lasting, language, before, draft)
