"""Who is whose, and who has none."""

import pytest

from domain.story.coherence.consistency.relations import relations
from tests.unit.contradictions import Laid, contradictions


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        ("en", "Tom was Nora's uncle.", "“Is it far, Grandfather?” Nora asked Tom."),
        ("en", "Tom was Nora's brother.", "“Come in, Uncle,” Nora told Tom."),
        ("en", "Tom was Nora's brother.", "“Uncle Tom is late,” said Nora to Ida."),
        ("fr", "Tom était l’oncle de Nora.", "« Tu viens, papa ? » demanda Nora à Tom."),
        ("fr", "Nora était fille unique.", "« Je viens, dit Nora. Mon frère arrive. » Ida rit."),
        ("en", "Nora had been a widow for years.", "“My husband will be home soon,” said Nora."),
        ("en", "Ida was Tom's sister.", "Tom smiled at his girlfriend, Ida."),
        ("en", "Nora was Tom's sister.", "Nora, Tom's wife, opened the door."),
        ("en", "Nora and Tom are siblings.", "Nora looked at Tom, her husband of six years."),
        ("en", "Tom was Nora's brother.", "Tom had been an only child."),
        ("en", "Nora's daughter Mia was seven.", "Nora's son Mia came home from school."),
        ("en", "Nora was married to Tom.", "Nora had never married."),
        ("en", "Tom and Nora had no children.", "Tom's son was at the door."),
        ("en", ("Nora Vane", "family", "only child, orphan"), "Nora telephoned her mother."),
        ("en", ("Nora Vane", "mother", "Ida Brandt"), "Ida was Nora's aunt."),
        ("en", "Nora was Ida's daughter.", "Ida was Nora's sister."),
        ("en", "Tom and Nora were cousins.", "Tom and Nora, brother and sister, shared a room."),
        ("en", "Nora was Tom's sister.", "“This is Tom,” said Nora. “My husband.”"),
        ("en", "Nora was Tom's sister.", "Ida waited for Nora, Tom's wife, at the door."),
        ("en", "Nora was Tom's sister.", "“Is your wife Nora coming?” Ida asked Tom."),
        ("en", "Nora was Tom's sister.", "Tom introduced himself as Nora's cousin."),
        ("en", "Nora was Tom's sister.", "Tom and Nora had been divorced for years."),
        ("en", "Tom was Nora's father. Ida was Tom's sister.", "Nora kissed her cousin Ida."),
        ("en", "Ida was Nora's sister.", "“I'm fond of Ida,” said Nora. “My mother's sister.”"),
        ("en", "Nora had two sons.", "“I have three sons,” said Nora."),
        ("en", "Nora was Ida's sister.", "Nora and Ida came. She went up to her mother, Ida."),
        ("en", "Tom worked for Nora.", "Tom was Nora's boss."),
        ("en", "Tom and Paul were sworn enemies.", "Tom greeted his old friend Paul."),
        ("en", "Nora had a brother, Tom.", "“I don't have a brother,” said Nora."),
        ("fr", "Nora était la sœur de Tom.", "Ida attendait Tom, le mari de Nora, à la gare."),
        ("fr", "Nora était la sœur de Tom.", "— Votre femme Nora est là, dit Ida à Tom."),
        ("fr", "Tom travaillait pour Nora.", "Tom était le patron de Nora."),
        ("en", "Nora had three brothers and no sister.", "Nora's sister came to stay."),
        ("en", "Paul's wife Ida baked.", "Paul's wife Nora baked."),
        (
            "en",
            "Paul and Nora were twins.",
            "Nora was two years older than her twin. Paul was Nora's father.",
        ),
        ("en", "Nora had one brother, Paul.", "Nora's brother Tom came in."),
        ("en", "Ida was Paul's mother-in-law.", "Ida, Paul's mother, sat down."),
        ("en", "Tom had never taken a wife.", "Tom kissed his wife."),
        (
            "en",
            "Nora lived alone with her husband, Tom.",
            "Nora, a spinster, kept hens. Nora was a spinster.",
        ),
        ("en", "Nora had married a baker.", "Nora had never married."),
        (
            "en",
            "Tom was Paul's father.",
            "Paul came in with a lamp. Tom was his brother, after all.",
        ),
        ("en", "Ida was Paul's wife.", "“Paul comes at noon. His sister Ida is ill,” Nora said."),
        ("fr", "Nora avait épousé un boulanger.", "Nora n’avait jamais été mariée."),
        (
            "fr",
            ("Nora Vane", "mari", "Tom Hask"),
            "— Nora arrive à midi, dit Ida. Avec son mari, maître Paul Sorel.",
        ),
        ("fr", "Nora était la sœur de Tom.", "Nora, la femme de Tom, ouvrit la porte."),
        ("fr", "Nora était fille unique.", "La sœur de Nora écrivait chaque semaine."),
        ("fr", ("Nora Vane", "mari", "Tom Hask"), "Paul, le mari de Nora, riait."),
        ("fr", "Tom et Nora n’avaient pas d’enfants.", "Le fils de Tom attendait à la porte."),
        ("fr", "Tom était l’oncle de Nora.", "« Tom est mon père », dit Nora."),
        ("fr", "Nora était mariée à Tom.", "Nora ne s’était jamais mariée."),
        ("fr", "Tom était veuf.", "La femme de Tom rentra du jardin."),
        ("fr", "Nora et Paul étaient mari et femme.", "Nora et son frère Paul entrèrent."),
    ],
)
def test_what_goes_against_it_is_found(language: str, laid: Laid, draft: str) -> None:
    assert contradictions(relations, language, laid, draft)


@pytest.mark.parametrize(
    ("language", "laid", "draft"),
    [
        (
            "en",
            "Nora was Tom's sister.",
            '"Come, sister," said the abbess to Nora. Nora was a sister to all the poor.',
        ),
        ("en", "Ida was Nora's mother-in-law.", "“Is it far, Mother?” Nora asked Ida."),
        ("en", "Tom was Nora's brother.", "“Father, mother and all,” Nora told Tom."),
        ("en", "Tom was Nora's brother.", "“Your Uncle Tom is late,” said Nora to Ida."),
        ("en", "Tom was Nora's brother.", "“Father Tom is late,” said Nora to Ida."),
        ("en", "Tom had sons and no daughters.", "Had Tom a daughter? Tom's sons rowed."),
        ("en", "Tom had sons and no daughters.", "Had he had a daughter, Tom would be glad."),
        ("en", "Nora was a widow.", "“My husband loved this chair,” said Nora."),
        ("fr", "Nora était veuve.", "« Mon mari aimait ce fauteuil », dit Nora."),
        ("fr", "Nora était fille unique.", "« Je viens, dit Tom. Mon frère arrive. » Nora rit."),
        ("en", "Nora's daughter Mia was seven.", "Nora's son, Mia's brother, came home."),
        (
            "en",
            "Tom and Paul were brothers in arms.",
            "Paul, an only child, had Tom for a friend. Paul was an only child.",
        ),
        ("en", "Nora was married to Tom.", "Nora's second husband, Paul, came in."),
        ("en", "Nora was Tom's sister.", "“Is Nora your wife?” Ida asked Tom."),
        ("en", "Ida was Tom's mother.", "Nora, Tom, and his mother Ida drank tea."),
        ("en", "Tom and Paul were enemies.", "Tom made peace with Paul. Tom was Paul's friend."),
        ("en", "Tom worked for Nora.", "Tom was Nora's brother and her assistant."),
        ("en", "Tom was Nora's father. Ida was Tom's sister.", "Nora kissed her aunt Ida."),
        (
            "en",
            "Nora was an only child.",
            "Nora's half-sister Ida came. She had been born of their father's second marriage.",
        ),
        ("en", "Tom was a bachelor.", "Tom married in June. Tom's wife came in."),
        ("en", "Tom had no children.", "Tom treated the boy like a son. Tom wished for a son."),
        ("en", "Tom had a wife.", "Tom's wife Ida came in."),
        ("en", "Nora had married a baker.", "Nora's husband came in."),
        ("en", "Ida was Paul's wife.", "“Paul comes at noon. His wife Ida is ill,” Nora said."),
        ("en", "Nora was not Tom's wife but his sister.", "Nora was Tom's sister."),
        (
            "en",
            "Tom was a widower.",
            "Tom's wife had died in the spring. Tom's late wife had planted it.",
        ),
        ("en", "Nora was Tom's daughter.", "Tom, Nora's father, came. Nora's mother, Ida, came."),
        ("en", "Tom's wife Ida had died. In June Tom married Nora.", "Tom's wife, Nora, came in."),
        (
            "en",
            "Nora was not married.",
            "Nora's aunt's husband came. Nora dreamed of her husband-to-be.",
        ),
        (
            "en",
            ("Nora Vane", "children", "none"),
            "“I am sure your father, Nora Vane, would agree with me,” said Tom to Ida.",
        ),
        (
            "en",
            ("Nora Vane", "status", "widow"),
            "Nora came home. She kept her watch upon Ida, through her husband, through Tom.",
        ),
        (
            "en",
            "Nora was Tom's wife. Ida was Tom's sister.",
            "“You are my sister now,” said Ida to Nora.",
        ),
        ("fr", "Tom était l’oncle de Nora.", "Tom était comme un père pour Nora."),
        ("fr", "Nora était fille unique.", "La belle-sœur de Nora entra."),
        ("fr", "Nora était mariée à Tom.", "Paul, le second mari de Nora, entra."),
        ("fr", "Tom était veuf.", "La femme de Tom était morte au printemps."),
        ("fr", "Tom avait un frère.", "Le frère de Tom, Paul, entra. La sœur de Tom, Ida, entra."),
        ("fr", "Nora et Tom étaient mariés.", "La femme de Tom entra. Tom embrassa sa femme Nora."),
    ],
)
def test_what_only_seems_to_is_not(language: str, laid: Laid, draft: str) -> None:
    assert not contradictions(relations, language, laid, draft)
