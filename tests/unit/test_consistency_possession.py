"""Who has what, and what is gone."""

import pytest

from adapters.languages import load_language
from domain.story.bible import Bible
from domain.story.coherence.consistency.material import gather
from domain.story.coherence.consistency.possession.possession import possession
from domain.story.coherence.gate import prepare
from domain.story.reading import ChapterText
from tests.unit.contradictions import Laid, contradictions


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "The vase had broken to pieces.", "She put the roses into the vase."),
        ("fr", "Le vase s'était brisé en mille morceaux.", "Elle mit les roses dans le vase."),
        (
            "en",
            "Nora handed Paul the silver watch.",
            "Nora looked at the silver watch and put it back in her pocket.",
        ),
        ("en", "Tom gave the compass to Nora for good.", "Tom took the compass out of his coat."),
        ("en", "Tom pawned the pistol in Lindle.", "Tom drew the pistol."),
        ("en", "Tom left the knife to Paul in his will.", "Tom sharpened the knife."),
        ("en", "Paul lost the map in the crossing.", "Paul spread the map on the table."),
        ("en", ("silver watch", "owner", "Nora Vane"), "Paul took out his silver watch."),
        (
            "en",
            ("silver watch", "location", "at the bottom of the lake"),
            "Nora looked at the silver watch.",
        ),
        ("en", "Nora received the pearls from Ida.", "Ida fastened the pearls round her neck."),
        ("en", "Nora put the revolver into Paul's hands.", "Nora fired the revolver twice."),
        (
            "en",
            "Nora threw the ring into the sea.",
            "She wore the ring. Nora turned the ring on her finger.",
        ),
        ("en", "Nora gave Paul her medal. He wore it.", "Nora wore the medal on Sundays."),
        (
            "en",
            "Nora traded the bicycle for a sack of flour.",
            "Nora rode the bicycle into Lindle.",
        ),
        ("en", "The compass went overboard off the point.", "Paul looked at the compass."),
        ("en", "Nora tore the map to pieces.", "Nora unfolded the map."),
        ("en", "Nora had the brass key. She gave it to Paul.", "Nora drew the key from her bag."),
        ("en", "Nora locked the deed in her safe.", "Paul unfolded the deed."),
        ("en", "Nora gave the old healer the dagger.", "Nora drew the dagger."),
        (
            "en",
            "Nora laid down the pistol, and the porter locked it in a cupboard.",
            "Nora drew the pistol.",
        ),
        ("en", "Nora gave the watch to Paul.", "Nora thought of the watch, which Tom still kept."),
        ("en", "“I sold the bicycle to a neighbour,” said Tom.", "Tom rode the bicycle home."),
        ("en", "Nora put the map in her mouth and swallowed it.", "Nora unfolded the map."),
        ("en", "The car went down in the February gale.", "Tom sat at the wheel of the car."),
        ("en", "Nora gave Paul the dagger.", "Nora still had the dagger under her pillow."),
        ("en", "Nora gave Paul the dagger.", "The dagger hung at Nora's side."),
        ("fr", "Ils lui prirent le vélo.", "Nora enfourcha le vélo."),
        ("fr", "Nora mit la lettre dans sa bouche et l’avala.", "Nora déplia la lettre."),
        ("fr", "Nora prit la bague. Elle la donna à Paul.", "Nora portait la bague."),
        ("fr", "Nora rangea la lettre dans son coffre.", "Paul déplia la lettre."),
        ("fr", "Nora donna la montre à Paul.", "Nora sortit la montre de sa poche."),
        ("fr", "Tom avait vendu le cheval à la foire.", "Tom sella le cheval."),
        ("fr", "Le violon de Nora s’était brisé dans l’accident.", "Nora prit son violon et joua."),
        ("fr", "Nora brûla le carnet page par page.", "Nora ouvrit le carnet."),
        (
            "fr",
            "Paul avait perdu la carte pendant la traversée.",
            "Paul étala la carte sur la table.",
        ),
        ("fr", "Ida garde la clef à son cou.", "Paul sortit la clef de sa poche."),
        ("fr", "La montre est au mont-de-piété.", "Nora regarda la montre."),
        ("fr", "Nora glissa la bague dans la main d’Ida.", "Nora portait la bague."),
        ("en", "Nora sold the locket to a jeweller.", "Nora opened the locket."),
        (
            "en",
            "Nora took the locket to a jeweller in town and sold it for ten pounds.",
            "She was wearing the locket when Paul came.",
        ),
        ("en", "Nora lost the locket in the river.", "The locket gleamed at Nora's throat."),
        ("en", "Nora buried the locket under the oak.", "Nora took the locket from her pocket."),
        ("en", "Paul sold his car in May.", "Paul left his car in the yard and went in."),
        ("en", "Paul's car was stolen on Friday.", "Paul parked his car by the gate."),
        ("en", "Paul broke his violin over his knee.", "Paul tuned his violin."),
        ("en", "The lorry had driven off with the piano.", "Nora sat down at the piano."),
        ("en", "Paul dragged out what was left of the canoe.", "Tom came in the canoe."),
        ("en", "Nora threw the ring into the lake.", "Nora's fingers closed around the ring."),
        ("en", "The compass fell into the sea.", "The compass lay in its case."),
        ("fr", "Nora vendit sa montre à un collègue.", "Nora remonta sa montre."),
        ("fr", "J’ai cassé la longue-vue.", "J’ai cherché la côte avec la longue-vue."),
        ("en", "Nora had to pawn the violin.", "Nora tuned the violin."),
        ("en", "Nora tore the map up.", "Nora flipped open the map."),
        ("en", "The vase slipped and shattered on the hearth.", "Nora filled the vase."),
        ("en", "Nora feeds the letter to the stove.", "Nora smooths the letter flat."),
        ("en", "Paul threw the gun as far as he could out into the Tagus.", "Paul cocked the gun."),
        ("en", "Paul wiped the gun and threw it off the pier.", "Paul patted the gun."),
        ("en", "The bailiffs impounded the van.", "Paul reversed the van."),
        ("en", "The watch lay on its face with its works burst.", "Tom wound the watch."),
        ("en", "The van came to rest at the bottom of a ravine.", "The van rolled up to the gate."),
        ("en", "Tom no longer owned a car.", "Tom parked his car by the gate."),
        ("en", "“I have never had a gun,” said Tom.", "Tom took out his gun."),
        ("en", ("Tom Hask", "habits", "owns no car; hates them"), "Tom started his car."),
        ("en", "Nora sold the locket.", "“Oh,” said Nora, twisting the locket."),
        ("en", "Tom shredded the deed.", "“The deed is in my pocket,” said Tom."),
        ("fr", "La montre est cassée.", "Nora remonta la montre."),
        ("fr", "Paul dut vendre le violon. Il vendit le violon.", "Paul accordait le violon."),
        ("fr", "Nora lança la bague du haut de la falaise.", "Nora ôta la bague."),
        ("fr", "Nora jeta dans le puits la bague.", "Nora prit le pain et la bague."),
        ("fr", "Paul n’avait plus de voiture.", "Paul gara sa voiture."),
        ("fr", "Paul ne possède pas de téléphone.", "Paul sortit son téléphone."),
        ("fr", "Le vase tomba et se brisa.", "Nora remplit et posa le vase."),
        ("en", "Tom had the sabre buried with his son.", "Paul burnished the sabre."),
        ("en", "The skiff went under.", "Tom caulked the skiff."),
        ("en", "Nora gave the cameo to her niece.", "Nora pinned the cameo to her collar."),
        ("en", "The bell fell apart in her fingers.", "Nora sat, took the bell and rang the bell."),
        ("fr", "Paul dut se défaire de sa guitare.", "Paul prit sa guitare et joua."),
        ("fr", "Nora jeta la gourde au fond du ravin.", "Nora déboucha la gourde."),
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: Laid, draft: str) -> None:
    assert contradictions(possession, language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "Nora burned the letter.", "Paul put his hand on the letter box."),
        ("en", "Nora burned the box.", "Paul laid the papers in another box."),
        (
            "en",
            "Nora handed Paul the silver watch.",
            "Paul handed the watch back the next day. Nora looked at the silver watch.",
        ),
        (
            "en",
            "Paul threw the letter into the fire.",
            "A second letter came. Paul opened the letter.",
        ),
        ("en", "Nora gave Paul a book.", "Nora opened a book. Nora read her book in bed."),
        (
            "en",
            "Nora passed Paul the lamp so that she could climb.",
            "Nora took the lamp from him and held it up.",
        ),
        ("en", "Nora gave Paul a letter for Ida.", "Ida unfolded the letter."),
        ("en", "Nora broke the cup.", "Nora drank from her cup."),
        ("en", "Nora gave Paul her coat.", "Nora put on her coat and went out."),
        (
            "en",
            "Nora handed Tom the key. Tom opened the door.",
            "Nora put the key of the cellar in her pocket.",
        ),
        ("en", "Nora almost threw the ring into the sea.", "Nora turned the ring on her finger."),
        ("en", "Nora lent Ida the umbrella for the evening.", "Nora put up her umbrella."),
        (
            "en",
            ("silver watch", "owner", "Nora Vane"),
            "Paul picked up Nora's silver watch and wound it for her.",
        ),
        ("en", "Tom threw the rope to Paul.", "Tom coiled the rope. Tom hung up the rope."),
        ("en", "Nora showed Paul the ring.", "Nora wore the ring."),
        ("en", "Nora gave Paul the ring. Paul gave it back.", "Nora wore the ring."),
        ("en", "Nora locked the deed in her safe.", "Nora unfolded the deed."),
        ("en", "Nora gave Paul the key.", "He had the key and a paper. Nora pocketed it."),
        ("en", "Nora gave Paul the key.", "He had the key.\n\nNora took a paper and read it."),
        ("en", "Nora gave Paul the crown.", "Somebody took the crown in Tom's hands."),
        ("en", "Paul dropped the gun.", "Paul picked up the gun. Paul fired the gun."),
        (
            "fr",
            "Nora donna la montre à Paul.",
            "Paul rendit la montre le lendemain. Nora regarda la montre.",
        ),
        ("fr", "Tom avait vendu le cheval.", "Tom racheta le cheval. Tom sella le cheval."),
        ("fr", "Nora donna un livre à Paul.", "Nora ouvrit un livre."),
        ("fr", "Nora faillit jeter la bague à la mer.", "Nora fit tourner la bague à son doigt."),
        (
            "fr",
            "Nora donna la clef à Tom, qui ferma et la lui rendit.",
            "Nora ouvrit avec la clef.",
        ),
        ("fr", "Paul laissa tomber le fusil.", "Paul ramassa le fusil. Paul arma le fusil."),
        ("en", "Nora gave Paul the locket.", "Nora looked at the locket Paul was wearing."),
        ("en", "Nora gave Paul the locket.", "Nora fastened the locket round Paul's neck."),
        ("en", "Paul sold his car.", "Paul got into Tom's car."),
        ("en", "Paul sold his car and bought a new one.", "Paul got into his car."),
        ("en", ("Nora's pistol", "owner", "Paul Sorel"), "Nora drew Nora's pistol."),
        ("en", "Nora burned the letter.", "A letter lay on the mat. Nora opened the letter."),
        ("en", "The lamp burned with a sweet smell.", "Paul set the lamp against the wall."),
        ("en", "Nora broke her cup.", "Nora drank from her cup."),
        ("en", "Paul gave the valet his keys. He returned them.", "Paul took out his keys."),
        ("en", ("the locket", "material", "melted silver"), "Nora put on the locket."),
        ("en", ("the locket", "history", "stolen, and recovered"), "Nora put on the locket."),
        ("en", "Nora sold the locket.", "Nora missed the locket. She thought of the locket."),
        ("en", "Nora sold the locket.", "Nora touched her throat, where the locket had hung."),
        ("en", "Nora pawned the locket.", "Nora redeemed the locket. Nora opened the locket."),
        ("en", "Nora wanted to sell the locket.", "Nora opened the locket."),
        ("en", "Tom threw the rope over the side of the wall.", "Paul threw him a rope."),
        ("en", "Tom burned the letter.", "“I read the letter in March,” said Tom."),
        ("en", "The sheriff took the gun and gave it back.", "Tom loaded the gun."),
        ("en", "Tom lost the map in the fog, and found it.", "Tom spread the map."),
        ("en", "Tom never owned a car.", "Tom got into Nora’s car and drove her car home."),
        ("en", "Tom never owned a car.", "Tom bought a car in May. Tom parked his car."),
        ("fr", "Le cheval fut vendu.", "Il y a un mois encore, Nora sellait le cheval."),
        ("fr", "Nora perdit la clé et la retrouva.", "Nora prit la clé."),
        ("fr", "J’ai cassé la jumelle.", "Nora regarda avec la jumelle qu’il a cassée."),
        ("fr", "Quelqu’un a pris la montre de Nora.", "Paul posa la montre sur la table."),
        ("en", "Somebody had stolen Nora’s watch.", "Paul laid the watch on the table."),
        ("en", "The skiff went under.", "Tom remembered the skiff. Tom mourned the skiff."),
        ("en", ("silver watch", "owner", "Nora Vane"), "Paul took the silver watch and put it on."),
        (
            "en",
            "Paul pawned the medal in Lindle.",
            "The medal was where it had been, and the old man at the counter polished the medal.",
        ),
        (
            "fr",
            "Paul a mis la médaille au mont-de-piété.",
            "La médaille était là, et un vieil homme au comptoir regarda la médaille.",
        ),
        (
            "en",
            "When Nora took in his tea she saw broken glass.",
            "They followed Tom’s finger and saw a bottle.",
        ),
        ("en", "She held the lamp. As it burned it filled the air.", "Nora lit the lamp."),
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: Laid, draft: str) -> None:
    assert not contradictions(possession, language, laid, draft)


def test_what_its_owner_threw_away_is_gone() -> None:
    key = {"name": "the brass key", "attributes": {"owner": "Nora Vane"}}
    bible = Bible.model_validate({"characters": ["Nora Vane"], "items": [key]})
    chapter = ChapterText(number=1, text="Nora threw the brass key into the river.")
    draft = ChapterText(number=2, text="Nora took the brass key from her pocket.")
    case = prepare(load_language("en"), bible, (chapter,), draft)
    (found,) = possession(gather(case))
    assert [each.source for each in found.evidence] == ["draft", "chapter 1"]


def test_what_would_break_when_it_is_used_is_whole_till_then() -> None:
    bell = "The silver bell breaks when it has been rung."
    bible = Bible.model_validate(
        {"characters": ["Nora Vane"], "items": ["the silver bell"], "facts": [bell]}
    )
    draft = ChapterText(number=1, text="Nora held the silver bell to the light.")
    assert not list(possession(gather(prepare(load_language("en"), bible, (), draft))))
