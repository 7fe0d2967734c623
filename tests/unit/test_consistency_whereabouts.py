"""Who is away, how long a way takes, how a place lies, where somebody has been."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.places.places import place_and_travel
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText

_EN = {
    "characters": [
        "Ilse Marr",
        "Tobin",
        {"name": "Wenda", "whereabouts": "teaching in Lisbon until June"},
    ],
    "places": [
        {"name": "Orrin", "description": "A rock off the coast; it can be reached only by boat."},
        {"name": "Kestle", "description": "a small town in the Carpathians"},
        {"name": "Pell Bay", "description": "a fishing village"},
        "The Anchor",
        "Ghent",
    ],
    "facts": [
        "Kestle is an hour on foot from Orrin, nine days on horseback from Pell Bay.",
        "The library is on the second floor.",
        "Kestle lies on the left bank of the Var.",
        "Ilse was born in Ghent.",
        "The house is snowed in; the road to Ghent is blocked.",
    ],
}
_FR = {
    "characters": ["Hélène", "Jehan"],
    "places": ["Rocamort", "Belval", "Venise"],
    "facts": [
        "De Rocamort à Belval, il faut six jours de marche.",
        "Belval est perché à deux mille mètres d’altitude, dans les Alpes.",
        "Rocamort est sur la rive gauche.",
        "La bibliothèque est au deuxième étage.",
        "Hélène a passé trois mois à Venise.",
    ],
}


def found(before: str, draft: str, language: str = "en") -> bool:
    bible = Bible.model_validate(_FR if language == "fr" else _EN)
    chapters = (ChapterText(number=1, text=before),)
    case = prepare(load_language(language), bible, chapters, ChapterText(number=2, text=draft))
    return bool(list(place_and_travel(gather(case))))


_ILSE = "Ilse walked home. "


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("Tobin was in a cell at the county jail.", "Ilse found Tobin in the garage, whistling."),
        ("The ambulance took Tobin at ten.", "Tobin chopped the wood, and Ilse made a pie."),
        ("Ilse tied Tobin to the pipe in the cellar.", "Tobin walked up the quay."),
        (
            _ILSE + "Tobin flew to Oslo. Tobin would be gone three weeks.",
            "Ilse came in. Tobin was lying on the sofa.",
        ),
        (_ILSE, "Ilse came in. Wenda was in the kitchen, peeling apples."),
        (
            _ILSE,
            "They left Kestle at dawn, and by supper that same day Tobin was asleep in Pell Bay.",
        ),
        (_ILSE, "Ilse left Kestle on Monday. On Wednesday she sat in the inn at Pell Bay."),
        (
            _ILSE,
            "In the hall at Kestle Ilse lit a lamp. Ilse went out into the streets of Pell Bay.",
        ),
        (_ILSE, "Tobin drove from Orrin to the market."),
        (_ILSE, "Tobin laid the fire at noon. Tobin came back at that moment from Pell Bay."),
        ("Ilse sat in the inn at Kestle.", "Two hours later Ilse stood in Pell Bay."),
        (_ILSE, "It is no more than an hour from Kestle to Pell Bay."),
        (_ILSE, "The tide was out at Kestle."),
        (_ILSE, "Pell Bay was a hundred miles from the sea."),
        (_ILSE, "The glass doors of the library stood open, and Ilse stepped out onto the lawn."),
        (_ILSE, "The library was on the ground floor."),
        (_ILSE, "Kestle stood on the right bank."),
        (_ILSE, "Ilse had never been to Ghent."),
        (_ILSE, "It was Ilse’s first visit to Ghent."),
        (
            "Tobin spent the night of the fourteenth at his club in Ghent.",
            "On the night of the fourteenth Tobin was in Kestle, at cards.",
        ),
        ("The Anchor burned on the Friday.", "Ilse pushed open the door of the Anchor."),
        ("The river took the bridge.", "Tobin rode across the bridge."),
        (
            _ILSE + "Ilse stood on the quay until the ship carried Tobin away.",
            "The next evening Ilse laid the table. Tobin carved the joint.",
        ),
        ("The clerk gave Tobin room 12.", "Tobin opened the door of room 40."),
        (
            "Tobin’s flat was on the fifth floor.",
            "Tobin climbed out through the window onto the pavement.",
        ),
        (_ILSE, "After breakfast Tobin drove down to Ghent, before anybody had risen."),
    ],
)
def test_what_cannot_be_is_found(before: str, draft: str) -> None:
    assert found(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        (
            "Tobin was in a cell at the county jail.",
            "Ilse drove to the jail. Tobin sat behind the glass.",
        ),
        ("The ambulance took Tobin at ten.", "Ilse went to see Tobin. He sat up and ate the pie."),
        (
            "Ilse tied Tobin to the pipe in the cellar.",
            "Tobin worked the rope loose and walked off.",
        ),
        (
            _ILSE + "Tobin flew to Oslo. Tobin would be gone three weeks.",
            "Three weeks later Ilse came in. Tobin was back from Oslo and lay on the sofa.",
        ),
        (_ILSE, "It was July. Ilse came in. Wenda was in the kitchen, peeling apples."),
        (_ILSE, "Ilse read Wenda’s letter. Wenda was in the kitchen all day, peeling apples."),
        (_ILSE, "Wenda opened the shutters. The boulevard was wet."),
        ("Tobin was arrested.", "Tobin woke on the stones. He counted the hours."),
        (_ILSE, "They left Kestle at dawn, and by supper that day Tobin had not gone nine miles."),
        (_ILSE, "Ilse left Kestle on Monday. A week later, on Wednesday, she reached Pell Bay."),
        (_ILSE, "In the hall at Kestle Ilse lit a lamp and thought of the streets of Pell Bay."),
        (_ILSE, "Tobin rowed from Orrin to the quay and drove to the market."),
        (_ILSE, "Tobin laid the fire. A month went by. Tobin came back from Pell Bay."),
        ("Ilse sat in the inn at Kestle.", "Two hours later Ilse sat in her own kitchen."),
        (_ILSE, "It is an hour from Kestle to the ford, and five days on to Pell Bay."),
        (_ILSE, "In Kestle they dreamed of the tide, of the sea."),
        (_ILSE, "Pell Bay was a hundred miles from the capital."),
        (_ILSE, "Ilse opened the window of the library and looked down at the lawn."),
        (_ILSE, "The nursery was on the ground floor."),
        (_ILSE, "From Kestle one saw the lights on the right bank."),
        (_ILSE, "Tobin had never been to Ghent."),
        (_ILSE, "Ilse had never been to Kestle."),
        (
            "Tobin spent the night of the fourteenth at his club in Ghent.",
            "On the night of the thirteenth Tobin was in Kestle, at cards.",
        ),
        ("The Anchor burned on the Friday.", "Ilse stood before the ruins of the Anchor."),
        ("The river took the bridge.", "Tobin swam across where the bridge had stood."),
        (
            _ILSE + "Ilse stood on the quay until the ship carried Tobin away.",
            "The next evening Ilse laid the table and thought of Tobin, asleep on his ship.",
        ),
        ("The clerk gave Tobin room 12.", "Ilse opened the door of room 40."),
        (
            "Tobin’s flat was on the fifth floor.",
            "Ilse climbed out through the window onto the pavement.",
        ),
        (_ILSE, "Tobin would have driven down to Ghent."),
    ],
)
def test_what_may_be_is_not(before: str, draft: str) -> None:
    assert not found(before, draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("L’ambulance emporta Jehan.", "Jehan attendait Hélène devant le cinéma."),
        ("Jehan fut banni pour sept ans.", "Hélène entra. Jehan découpait le cygne."),
        (
            "Hélène pleura. Les gendarmes emmenèrent Jehan menottes aux poignets.",
            "Hélène rouvrit la boutique. Jehan rangeait les cageots.",
        ),
        (
            "Jehan loge au sixième étage.",
            "Jehan enjamba la fenêtre et se retrouva sur le trottoir.",
        ),
        (
            "Il pleuvait.",
            "Jehan quitta Rocamort. Deux heures plus tard, il franchissait la porte de Belval.",
        ),
        ("Il pleuvait.", "À Belval, la marée était basse."),
        ("Il pleuvait.", "Rocamort se dressait sur la rive droite."),
        ("Il pleuvait.", "La bibliothèque donnait de la bibliothèque sur la pelouse."),
        ("Il pleuvait.", "C’était la première fois que Hélène voyait Venise."),
    ],
)
def test_what_cannot_be_is_found_in_french(before: str, draft: str) -> None:
    assert found(before, draft, "fr")


@pytest.mark.parametrize(
    ("before", "draft"),
    [
        ("L’ambulance emporta Jehan.", "Hélène alla le voir à l’hôpital. Jehan dormait."),
        ("Jehan fut banni pour sept ans.", "Hélène entra. La place de Jehan resta vide."),
        ("Jehan loge au sixième étage.", "Hélène enjamba la fenêtre et fut sur le trottoir."),
        (
            "Il pleuvait.",
            "Jehan quitta Rocamort. Une semaine passa. Il franchit la porte de Belval.",
        ),
        ("Il pleuvait.", "À Belval, on rêvait de la mer."),
        ("Il pleuvait.", "De Rocamort, on voyait la rive droite."),
        ("Il pleuvait.", "La cuisine donnait sur la pelouse."),
        ("Il pleuvait.", "C’était la première fois que Jehan voyait Venise."),
    ],
)
def test_what_may_be_is_not_in_french(before: str, draft: str) -> None:
    assert not found(before, draft, "fr")
