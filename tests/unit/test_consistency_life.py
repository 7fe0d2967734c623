"""Who is dead, and who only seems to be."""

import pytest

from domain.story.coherence.consistency.life.life import life_and_death
from tests.unit.contradictions import Laid, contradictions


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        (
            "en",
            "They buried Tom on the Friday, in the rain.",
            "Tom came into the kitchen and hung up his coat.",
        ),
        (
            "en",
            "The late Tom Hask had left no will.",
            "She found Tom at the mill, and they talked until dark.",
        ),
        (
            "en",
            "Tom had drowned off the point two winters before.",
            "Nora was at table with Tom and the children.",
        ),
        ("en", "Tom did not survive the winter.", "Tom turned and smiled at her."),
        (
            "en",
            ("Tom Hask", "status", "killed in the war"),
            "Tom was waiting by the gate with his hands in his pockets.",
        ),
        ("en", "Tom fell from the scaffold and was killed.", "Tom picked up the hammer."),
        (
            "en",
            "The sea had taken Tom, and gave nothing back.",
            "Tom has gone to fetch the doctor; he will be back by five.",
        ),
        (
            "en",
            "Tom was stabbed in the back and bled to death on the stones.",
            "Nora heard Tom on the stairs.",
        ),
        ("en", "Paul had murdered Tom for his money.", "Paul and Tom walked home together."),
        ("en", "Since Tom's death Nora had slept badly.", "Tom brought her a cup of tea in bed."),
        ("en", "Tom died. He was forty.", '"Tom is waiting in the car," said Paul.'),
        ("en", "Tom had been killed by a falling beam. He was thirty.", "Tom gave Paul the reins."),
        ("en", "The cholera took Tom in a single night.", "Tom winked at the barmaid."),
        ("en", "Tom's name was on the memorial by the church.", "Tom came by for his wages."),
        (
            "fr",
            "On enterra Tom le vendredi, sous la pluie.",
            "Tom entra dans la cuisine et pendit son manteau.",
        ),
        ("fr", "La balle avait tué Tom sur le coup.", "À midi, Tom arriva dans la cour."),
        ("fr", "La fièvre avait emporté Tom.", "Tom travaille toujours à la forge."),
        ("fr", "Tom était mort depuis six ans.", "C’est Tom qui ouvrit la grille."),
        ("fr", "À l’enterrement de Tom, personne ne pleura.", "Nora demanda la clef à Tom."),
        ("fr", "Tom s’est éteint dans son sommeil en avril.", "Tom secoua la tête."),
        ("fr", "Le cercueil de Tom descendit en terre un jeudi.", "Tom parla le premier."),
        ("fr", "Tom s’était donné la mort.", "Tom leva son verre."),
        (
            "en",
            "Tom was Nora's father. Tom died in the spring.",
            "Nora looked up. Her father came into the kitchen and hung up his coat.",
        ),
        (
            "en",
            "Tom was Nora's father. Tom died in the spring.",
            '"My dad is having his supper," said Nora.',
        ),
        ("en", "Tom died, stabbed in his bed.", "Nora knew that Tom had been poisoned."),
        ("en", "The fever killed Tom Hask in a week.", "Nora had not forgotten: Tom had drowned."),
        ("en", "Tom died in the spring.", "As soon as she was home Nora would write to Tom."),
        ("en", "Tom died in the spring.", "Tom had swept the yard after breakfast."),
        ("en", "Tom lay ill for a week. He died before dawn.", "Tom picked up the hammer."),
        ("en", "Tom died in the spring.", "Then Tom, red in the face, sprang up."),
        ("en", "Tom died in the spring.", "At the far end of the table sat Tom."),
        ("en", "Tom died in the spring.", "Paul spoke. Tom made no answer."),
        ("en", "Tom died in the spring.", "Tom's hand closed on her wrist."),
        ("en", "Tom died in the spring.", '"Ask Tom," said Paul. "He is in the barn."'),
        ("fr", "Tom est mort en mars.", "Paul parla. Tom ne répondit pas."),
        ("fr", "Tom est mort en mars.", "Au bout de la table était assis Tom."),
        ("fr", "Tom est mort en mars.", "La voix de Tom monta de l’escalier."),
        ("fr", "Tom avait été poignardé.", "Nora savait que Tom s’était noyé."),
        ("fr", "Tom est mort en mars.", "Le volet, que Tom est venu fermer ce soir, grince."),
        (
            "en",
            "Nora had kept the mill by herself since the fever took her parents.",
            "Nora tied up the boat. Her mother was waiting on the landing with a lantern.",
        ),
        (
            "fr",
            "Nora avait perdu sa mère en janvier, et depuis elle ne chantait plus.",
            "Nora posa le panier. Sa mère épluchait des pommes près de la fenêtre.",
        ),
        (
            "en",
            ("Nora Vane", "description", "An innkeeper. Widow of Tom Hask, who drowned in 1871."),
            "At the bar Tom Hask wiped his hands and laughed.",
        ),
        ("en", "At dawn Tom never woke. They stopped the clock.", "Tom opened the window."),
        ("fr", "Les hommes portèrent en terre Tom Hask un mardi.", "Tom ouvrit la fenêtre."),
        (
            "fr",
            "Le père de Nora est mort en mer.",
            "« Papa m’attend à la maison », dit Nora en riant.",
        ),
        ("fr", "Tom est mort en mars.", "« Tom m’écrira à Noël », dit Nora."),
        (
            "en",
            "Tom died in May. The key was the twin of Tom's.",
            "Tom had sent Nora a note, first thing this morning.",
        ),
        ("fr", "Tom, un homme d’esprit, est mort en mars.", "Tom ouvrit la fenêtre."),
        (
            "en",
            "Tom died in the spring.",
            "Nora lit the lamp. Tom came in and sat down. He woke the dog.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Tom se réveilla tôt. Tom descendit l’escalier et ouvrit les volets.",
        ),
        ("en", "Tom Hask had died of the flu.", "Tom opened the door and came in."),
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: Laid, draft: str) -> None:
    assert contradictions(life_and_death, language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        (
            "en",
            "Tom died in the spring.",
            "Nora dreamed of him that night. Tom came into the kitchen and hung up his coat.",
        ),
        ("en", '"He\'d have killed Tom if he had known," said Nora.', "Tom laughed."),
        (
            "fr",
            "Tom était mort au printemps.",
            "Nora relut la lettre. Tom y racontait la pluie, les rats. Il plaisantait. Il riait.",
        ),
        ("en", "Tom died in the spring.", "In the photograph Tom stood by the gate, smiling."),
        ("en", "Ida's father was dead, and Tom ran the mill.", "Tom opened the sluice."),
        (
            "en",
            "Tom dug a grave for the dog. Tom's grave face frightened her.",
            "Tom opened the sluice.",
        ),
        ("en", "The rumour said Tom had drowned.", "Tom opened the sluice."),
        ("en", "Tom did not die of it.", "Tom opened the sluice."),
        ("en", "Tom died in the spring.", "If Tom came in now, she thought, he would laugh."),
        (
            "en",
            "Tom had been killing time at the bar. Tom was dying to see her.",
            "Tom opened the sluice.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "Tom left a debt of four hundred pounds. Tom had paid no one.",
        ),
        ("en", "Tom closed his eyes.", "Tom opened the sluice."),
        (
            "en",
            "Tom died in March.",
            "Tom's brother came in. Tom's dog barked. Tom's letters lay on the desk.",
        ),
        (
            "en",
            "Tom died in March.",
            '"Tom would be laughing at us," said Nora. "Tom used to sit there."',
        ),
        ("en", "Nora wore black for her father. Tom held her arm.", "Tom opened the sluice."),
        (
            "fr",
            "Tom mourut au printemps.",
            "Elle rêva de lui. Tom entrait dans la cuisine et pendait son manteau.",
        ),
        ("fr", "Tom mourait d’envie de la voir. Tom mourut de rire.", "Tom descendit déjeuner."),
        (
            "fr",
            "Tom mourut au printemps.",
            "Elle se rappelait Tom, comme il marchait, les mains dans le dos.",
        ),
        ("fr", "Tom enterra son chien sous l’orme.", "Tom descendit déjeuner."),
        ("fr", "Tom mourut au printemps.", "Dix ans plus tôt, Tom avait bâti ce mur."),
        ("fr", "Tom ne mourut pas.", "Tom descendit déjeuner."),
        ("fr", "Tom parla du bureau qu’il avait quitté au printemps.", "Tom descendit déjeuner."),
        (
            "fr",
            ("Tom Hask", "statut", "assassiné la veille"),
            "« Il y a un mort », dit Nora. Tom était assis dans son fauteuil, la tête inclinée.",
        ),
        (
            "en",
            "Tom was Nora's father. Tom died in the spring.",
            '"My dad used to say so," said Nora. Her father would have laughed.',
        ),
        (
            "en",
            "Tom was Nora's father. Tom died in the spring.",
            "Nora looked up. Paul's father came into the kitchen and hung up his coat.",
        ),
        ("en", "Tom died, stabbed in his bed.", "It was said that Tom had been poisoned."),
        ("en", "Tom died, stabbed in his bed.", "Tom had not been poisoned."),
        ("en", "Tom died, stabbed in his bed.", "Tom had been stabbed with his own knife."),
        ("en", "Tom died in the spring.", "Every week she would write to Tom, and burn it."),
        ("en", "Paul sat with Tom. Tom slept. He died for love of her, Paul said.", "Ida ate."),
        ("en", "Tom died in the spring.", "By the gate, where Tom had sat, Paul stood."),
        ("en", "Tom died in the spring.", "In the portrait Tom, red in the face, sat up."),
        ("fr", "Tom est mort en mars.", "Elle crut que Tom était derrière elle."),
        ("en", "The late Mr. Hask left no will.", "Mrs. Hask poured the tea."),
        ("fr", "Tom avait été poignardé.", "Le journal racontait que Tom s’était noyé."),
        ("fr", "Tom est mort en mars.", "Le volet, que Tom est venu fermer jadis, grince."),
        (
            "en",
            "Nora had kept the mill by herself since the fever took her parents.",
            "Nora's stepmother was waiting. Nora thought of how her mother used to sing.",
        ),
        (
            "fr",
            "Nora avait perdu sa mère en janvier.",
            "Nora posa le panier. La mère de Tom épluchait des pommes.",
        ),
        (
            "en",
            ("Nora Vane", "description", "An innkeeper. Widow of Tom Hask, who drowned in 1871."),
            "Nora dusted the bar. Over it Tom smiled down from his frame.",
        ),
        (
            "fr",
            "Le père de Nora est mort en mer.",
            "« Papa me manque », dit Nora. « Papa sera toujours là. »",
        ),
        (
            "en",
            "Tom died in May. He had a twin.",
            "Tom had sent Nora a note, first thing this morning.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Cette nuit-là, Tom entra et s’assit. Il coupa du pain.\n\nNora se réveilla en sueur.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "That night Tom came in and sat down.\n\nThen the cock crowed and Nora woke, cold.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Au bout de la galerie, Tom regardait venir Nora. Le peintre n’avait pas triché.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "Tom stood and smiled at Nora. The painter had not cheated.",
        ),
        (
            "fr",
            "On enterra Tom le mardi.",
            "Tom sauta du mur. Il avait cinq ans et le prénom de son grand-père. Tom courut.",
        ),
        (
            "en",
            "They buried Tom on the Friday.",
            "Tom jumped off the wall. The boy was five, with his grandfather's name. Tom ran.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Dix ans plus tôt, Tom attendait. Nora monta. Il riait. Elle chantait. Il tomba. "
            "Tom se releva.",
        ),
        (
            "fr",
            "Nora jouait la reine.",
            "Au cinquième acte, Tom mourut. Le rideau tomba. Tom se leva et salua.",
        ),
        (
            "en",
            "Nora played the queen.",
            "In the fifth act Tom died. The curtain fell. Tom stood up and bowed.",
        ),
        (
            "fr",
            "Au dernier acte, Tom mourut avec grâce.",
            "Tom ouvrit la porte et sortit.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Nora relut la page où Tom riait, fumait, ramassait du bois.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "Nora read again, in the hall, the page where Tom laughed and smoked.",
        ),
        ("fr", "On sut que Rose Hask était morte.", "Tom descendit déjeuner."),
        ("en", "Mary Hask had died of the flu.", "Tom opened the sluice."),
        (
            "fr",
            "Tom mourut au printemps.",
            "Nora alla au cinéma. On éteignit. Elle attendit. Tom traversa la place en courant.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "Nora went to the movie. It was dark. She waited. Tom ran across the square.",
        ),
        (
            "fr",
            "Tom mourut au printemps.",
            "Tom sauta sur le canapé. Nora l’avait appelé ainsi parce qu’il ronflait.",
        ),
        (
            "en",
            "Tom died in the spring.",
            "Tom jumped on the sofa. Nora had named him so because he snored.",
        ),
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: Laid, draft: str) -> None:
    assert not contradictions(life_and_death, language, laid, draft)
