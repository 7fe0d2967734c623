"""What people are like."""

import pytest

from domain.story.coherence.consistency_attributes import attributes
from tests.unit.contradictions import Laid, contradictions


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
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
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: Laid, draft: str) -> None:
    assert contradictions(attributes, language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
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
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: Laid, draft: str) -> None:
    assert not contradictions(attributes, language, laid, draft)
