"""What people are like."""

import pytest

from domain.story.coherence.consistency.attributes.attributes import attributes
from domain.story.coherence.verdict import Severity
from tests.unit.contradictions import Laid, contradictions


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", ("Nora Vane", "eye_color", "green"), "Nora stared at the sea. Her eyes were blue."),
        ("en", ("Tom Hask", "height", "tall"), "Tom was so short that he stood on a crate."),
        ("en", ("Nora Vane", "eyes", "green"), "Nora's eyes were brown like chestnuts."),
        ("fr", ("Nora Vane", "yeux", "verts"), "Les yeux de Nora étaient bruns comme des noix."),
        ("fr", ("Tom Hask", "métier", "menuisier"), "Tom avait été boulanger toute sa vie."),
        ("fr", ("Tom Hask", "métier", "menuisier"), "Tom travaillait comme boulanger."),
        (
            "fr",
            ("Tom Hask", "taille", "très grand"),
            "Tom était si petit qu'il monta sur une caisse.",
        ),
        ("fr", "Tom avait perdu le bras gauche à la guerre.", "Tom battit des mains et rit."),
        (
            "en",
            "Nora's eyes were green.",
            "Nora raised her head. Her eyes were a dark, tired brown.",
        ),
        ("en", "Nora's eyes were green.", "Tom looked into Nora's eyes. They were blue."),
        ("en", "Nora's eyes were green.", "In the lamplight Nora's sky-blue eyes shone."),
        (
            "en",
            "Nora's eyes were green.",
            "The light caught Nora's eyes, and he saw how blue they were.",
        ),
        ("en", "Nora's eyes were green.", "Those blue eyes of Nora's missed nothing."),
        ("en", "Nora's eyes were green.", "Nora's face was pale, her eyes a washed-out blue."),
        ("en", ("Nora Vane", "hair", "black"), "Nora's hair was the colour of wheat."),
        (
            "en",
            ("Nora Vane", "hair", "black"),
            "Nora had tied back her red hair.",
        ),
        (
            "en",
            ("Nora Vane", "hair", "black"),
            "A curl of ginger hair had fallen across Nora's forehead.",
        ),
        ("en", ("Nora Vane", "complexion", "fair"), "Nora was dark-skinned and slow to anger."),
        ("en", ("Tom Hask", "voice", "deep"), "Tom's high, thin voice cut through the noise."),
        ("en", ("Tom Hask", "beard", "yes"), "Tom was clean-shaven."),
        ("en", ("Tom Hask", "height", "6'2"), "Tom was a short man with big hands."),
        ("en", ("Tom Hask", "height", "tall"), "Tom was barely five feet tall."),
        ("en", ("Tom Hask", "disability", "uses a wheelchair"), "Tom got to his feet and bowed."),
        ("en", ("Tom Hask", "missing", "left hand"), "Tom clapped his hands."),
        (
            "en",
            ("Tom Hask", "notes", "He lost his right hand at sea."),
            "Tom raised his right hand.",
        ),
        (
            "en",
            ("Tom Hask", "leg", "the left one is wooden"),
            "Tom came running on his two good legs.",
        ),
        ("en", ("Tom Hask", "blind", "yes"), "Tom looked at the red sky and read the letter."),
        ("en", "Tom was deaf.", "At the sound of the bell Tom turned his head."),
        ("en", "Tom had shaved his head.", "Tom pushed the curls out of his eyes."),
        ("en", ("Tom Hask", "occupation", "vet"), "Tom had been a dentist for ten years."),
        ("en", ("Tom Hask", "job", "nurse"), "Tom earned his living as a taxi driver."),
        ("en", ("Tom Hask", "birthplace", "Vienna"), "Tom was born in Berlin."),
        ("en", ("Tom Hask", "nationality", "American"), "Tom showed them his British passport."),
        (
            "en",
            ("Tom Hask", "scar", "above the right eyebrow"),
            "Tom rubbed the scar over his left eyebrow.",
        ),
        (
            "en",
            "Tom, a one-eyed sailor, sat by the fire.",
            "Tom looked at her with both eyes wide.",
        ),
        ("en", "The light caught Nora's fair hair.", "Nora pinned up her black hair."),
        (
            "en",
            ("Tom Hask", "trait", "left-handed"),
            "Tom took the pen in his right hand and wrote.",
        ),
        ("en", ("Nora Vane", "notes", "allergic to nuts"), "Nora helped herself to the almonds."),
        (
            "en",
            "Ida had been blind from birth.",
            "Ida looked up and saw the swallows over the roof.",
        ),
        ("en", ("Tom Hask", "gait", "walks with a limp"), "Tom walked without a trace of a limp."),
        ("en", "Tom never touched a drop.", "Tom drained his glass of whisky."),
        (
            "en",
            "Tom had lost his left arm at sea.",
            "Tom clapped both hands together. Tom folded both arms.",
        ),
        ("en", "Nora wore a patch over her left eye.", "Nora's patch covered her right eye."),
        ("en", "Tom was a giant of a man.", "Tom was a small man."),
        ("en", "Nora was green-eyed and quick.", "Nora turned her dark eyes on him."),
        (
            "en",
            ("Nora Vane", "hair", "red, curly"),
            "Nora, dark and straight-haired, came in. Nora's hair was straight.",
        ),
        ("en", "There was a scar across Tom's chin.", "The scar on Tom's brow whitened."),
        ("en", "Ida could not swim.", "Ida swam out to the rock."),
        ("en", "Nora's hair was fair.", "The moonlight fell on Nora's black hair."),
        ("en", "Nora's hair was fair.", "Snow lay on Nora's tangled, uncombed black hair."),
        ("en", ("Tom Hask", "beard", "black"), "Tom rubbed his clean-shaven chin."),
        ("en", ("Tom Hask", "hand", "right-handed"), "Tom, who was left-handed, took the chair."),
        ("en", "Tom was bald.", "He had grown stout. Tom's long grey hair was in his eyes."),
        ("en", ("Nora Vane", "hair", "black"), "Nora, a natural blonde, hated the sun."),
        ("fr", "Tom était chauve.", "Il n’était pas rasé. Tom avait des cheveux gris en bataille."),
        (
            "fr",
            "Tom, un marin borgne, était assis près du feu.",
            "Tom la regarda de ses deux yeux.",
        ),
        ("fr", "Nora, de ses yeux bruns, le suivait.", "Nora leva ses yeux verts."),
        ("fr", "Nora avait les yeux verts.", "Les yeux de Nora étaient d’un bleu profond."),
        ("fr", "Nora avait les yeux verts.", "Nora leva les yeux. Ils étaient bleus."),
        ("fr", "Nora avait les yeux verts.", "Le bleu des yeux de Nora le surprit."),
        ("fr", ("Nora Vane", "cheveux", "noirs"), "Une mèche rousse tombait sur le front de Nora."),
        ("fr", ("Nora Vane", "cheveux", "noirs"), "Les cheveux de Nora étaient couleur de blé."),
        ("fr", ("Nora Vane", "peau", "noire"), "Nora avait la peau très blanche."),
        ("fr", ("Tom Hask", "voix", "grave"), "La voix aiguë de Tom les surprit."),
        ("fr", ("Tom Hask", "barbe", "oui"), "Tom était rasé de près."),
        ("fr", ("Tom Hask", "handicap", "en fauteuil roulant"), "Tom se leva et sortit."),
        ("fr", ("Tom Hask", "infirmité", "amputé du bras gauche"), "Tom croisa les bras."),
        ("fr", ("Tom Hask", "métier", "boulanger"), "Tom était médecin depuis trente ans."),
        ("fr", ("Tom Hask", "lieu de naissance", "Lyon"), "Tom était né à Marseille."),
        (
            "fr",
            ("Tom Hask", "cicatrice", "sur la joue gauche"),
            "Tom toucha la cicatrice de sa joue droite.",
        ),
        ("fr", ("Tom Hask", "main", "gaucher"), "Tom signa de la main droite."),
        ("fr", ("Nora Vane", "allergies", "noix"), "Nora mangea une poignée de noix."),
        ("fr", ("Tom Hask", "taille", "grand"), "Tom était un petit homme à la voix forte."),
        ("fr", "Tom était boulanger.", "Tom, le forgeron, s’essuya les mains."),
        (
            "fr",
            "Il manquait deux doigts à la main droite de Tom.",
            "Tom écarta les cinq doigts de sa main droite.",
        ),
        ("fr", ("Tom Hask", "cheveux", "très noirs"), "On ne voyait que la tête blonde de Tom."),
        (
            "en",
            ("Nora Vane", "description", "A restorer with close-cropped black hair"),
            "Nora bent down. A long coil of blonde hair slipped over her shoulder.",
        ),
        ("fr", "Nora avait les yeux verts.", "Nora se pencha. Les yeux noirs ne cillaient pas."),
        ("en", "Nora's hair was cut very short.", "Nora's hair hung down her back."),
        ("en", "Tom had lost his sight in the war.", "Tom looked at it and read the letter aloud."),
        ("en", "They had taken Tom's right arm off.", "Tom stood with both hands in his pockets."),
        ("fr", "Ida était aveugle.", "Ida prit le journal et en lut la première page."),
        ("fr", "Tom était gaucher.", "Tom trempa sa plume et, de la main droite, signa."),
        ("en", "Tom had a red beard.", "Tom ran a hand over his smooth chin."),
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: Laid, draft: str) -> None:
    assert contradictions(attributes, language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "Nora's eyes were green.", "Nora saw her father's blue eyes in the child."),
        ("en", "Nora was a vegetarian.", "Nora finished her second hamburger, made of beans."),
        ("en", "Nora's eyes were green.", "Nora looked at Tom. They were blue with cold."),
        ("en", ("Nora Vane", "hair", "black"), "Nora brushed her daughter's blonde hair."),
        ("en", ("Nora Vane", "hair", "black"), "Nora's hair was grey. It was twenty years later."),
        ("en", ("Nora Vane", "hair", "black"), "Nora's sister had red hair."),
        (
            "fr",
            ("Nora Vane", "cheveux", "noirs"),
            "Nora dormait comme une enfant aux cheveux blonds.",
        ),
        ("en", ("Nora Vane", "skin", "dark"), "Nora turned pale."),
        ("en", ("Tom Hask", "blind", "no"), "Tom read the letter."),
        ("en", ("Tom Hask", "missing", "left hand"), "Tom raised his right hand."),
        (
            "en",
            ("Tom Hask", "disability", "uses a wheelchair"),
            "Tom crossed the room to the window.",
        ),
        (
            "en",
            ("Tom Hask", "occupation", "dentist"),
            "Tom was a good cook. Tom, a keen gardener, dug.",
        ),
        ("en", ("Tom Hask", "birthplace", "a farm near Vienna"), "Tom was born in Grinzing."),
        ("en", ("Tom Hask", "birthplace", "Vienna"), "Tom had come from Berlin that morning."),
        ("en", "Nora's hair was fair.", "Nora's dyed black hair shone."),
        (
            "en",
            "Nora's hair was fair.",
            "Under the black wig Nora was sweating. Nora's black hair slipped.",
        ),
        (
            "en",
            "Nora's eyes were blue.",
            "Nora's eyes were red with weeping. Nora's eyes were black with anger.",
        ),
        ("en", "Ida was blind.", "Ida heard him come. Ida saw nothing. Ida saw what he meant."),
        ("en", "Ida was deaf.", "Ida heard nothing. Ida watched his lips and heard him out."),
        ("en", "Tom was tall.", "Tom was short of breath. Tom was short with her. Tom felt small."),
        ("en", "Tom was left-handed.", "His left hand bandaged, Tom signed with his right hand."),
        (
            "en",
            ("Tom Hask", "nationality", "Irish"),
            "Tom, who was Irish, liked the Scots. Tom drank Scotch whisky.",
        ),
        ("en", "Tom was clean-shaven.", "Tom pulled the old man's beard. Tom had grown a beard."),
        ("en", "Tom's beard was black.", "Tom's beard was white with frost."),
        (
            "en",
            "Nora spoke no French.",
            "Nora did not understand; Paul answered in French. Nora listened to the French.",
        ),
        ("fr", "Nora avait les yeux bruns.", "Nora regarda les yeux bleus de Tom."),
        ("fr", "Nora avait les yeux verts.", "La mère de Nora avait les yeux bleus."),
        ("fr", ("Nora Vane", "cheveux", "noirs"), "Enfant, Nora était blonde."),
        ("fr", ("Nora Vane", "cheveux", "noirs"), "Nora brossa les cheveux blonds de sa fille."),
        ("fr", ("Tom Hask", "infirmité", "amputé du bras gauche"), "Tom leva le bras droit."),
        ("fr", ("Tom Hask", "métier", "boulanger"), "Tom alla chez le médecin."),
        (
            "fr",
            "Nora était blonde.",
            "Nora avait teint ses cheveux : ses cheveux noirs brillaient.",
        ),
        (
            "en",
            "Nora's hair was fair.",
            "Nora's hair was silver in the moonlight. Before she dyed it, Nora had black hair.",
        ),
        (
            "en",
            ("Nora Vane", "build", "thin"),
            "Tom came with Nora, for all that he was stout and she was not.",
        ),
        ("fr", "Nora avait les yeux bruns.", "Nora sortit. Le chien la suivit de ses yeux bleus."),
        ("fr", "Tom était chauve.", "Tom caressa les cheveux de Nora."),
        ("fr", "Ida était aveugle.", "Ida ne vit rien. Ida sentit le soleil."),
        ("fr", "Tom ne buvait jamais d’alcool.", "Tom but son thé. Tom versa du vin à Nora."),
        ("fr", "Tom était boulanger.", "Tom n’était pas médecin."),
        (
            "en",
            ("Nora Vane", "eyes", "green"),
            "Nora was a lean woman with cropped grey hair and green eyes.",
        ),
        (
            "en",
            "Tom's eyes were blue.",
            "Tom sat down. A spaniel with sad brown eyes was tied to the table leg.",
        ),
        ("en", "Tom's eyes were blue.", "Tom looked into the brown eyes and smiled."),
        ("fr", "Nora avait les yeux verts.", "Nora regardait l’enfant. Ses yeux bleus riaient."),
        (
            "en",
            "Nora's eyes were brown.",
            "Over her head Tom looked at Nora's hair, and his blue eyes crinkled.",
        ),
        ("en", "Tom's hair was red.", "Soot from the stove had turned Tom's hair black."),
        ("fr", "Ida était aveugle.", "Ida hocha la tête. « Je vois », dit Ida."),
        (
            "fr",
            ("Nora Vane", "cheveux", "blonds"),
            "Nora ôta le chapeau d’Ida. Ses boucles noires lui tombèrent sur les yeux.",
        ),
        ("fr", "Ida était aveugle.", "Ida voyait juste, comme toujours."),
        ("en", "Ida was blind.", "Ida saw red when anybody pitied her."),
        ("fr", "Ida était muette.", "Ida répondit d’un geste."),
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: Laid, draft: str) -> None:
    assert not contradictions(attributes, language, laid, draft)


@pytest.mark.parametrize(
    ("draft", "severity"),
    [
        ("Nora's eyes were green.", Severity.BLOCKING),
        ("In the coloured light Nora's eyes looked green.", Severity.WARNING),
    ],
)
def test_what_only_looks_so_stops_no_draft(draft: str, severity: Severity) -> None:
    found = contradictions(attributes, "en", ("Nora Vane", "eyes", "grey"), draft)

    assert [each.severity for each in found] == [severity]
