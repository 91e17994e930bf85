# ruff: noqa: E501 - prose: one string a line reads better than wrapped fragments
"""The local desk: streets, schools, boats and the council."""

from __future__ import annotations

from crawler.demo.desks.local_stories import STORIES
from crawler.demo.story import Desk, Story

_ARRIVALS = (
    Story(
        "Storm takes the end of the wooden pier",
        "Nobody was hurt, and the bandstand is still standing, a little further out.",
        "the wooden pier",
        "Gull Point",
        "Maren Oduya",
        "the harbour master",
        "The last twenty metres of the wooden pier at Gull Point broke away in Friday night’s storm and drifted, upright, into the bay.",
        "The pier had been closed since the evening. Divers will look at the remaining piles when the swell has gone down.",
        "The kiosk was open on Thursday and afloat on Saturday",
        ("harbour", "weather"),
    ),
    Story(
        "Saltgate school walks to lessons along the dry canal",
        "While the lock is mended, the shortest way to class is along the bottom.",
        "the dry canal",
        "Saltgate",
        "Hubert Ansah",
        "the headteacher",
        "With the canal drained for repairs, two hundred pupils in Saltgate walk to school on its floor, past a safe, a piano and nine bicycles.",
        "Marshals lay boards each morning, and a history class is making a list of everything the water had kept.",
        "Attendance has never been better and the shoes have never been worse",
        ("schools", "harbour"),
    ),
)

_PARAGRAPHS = (
    "{Topic} first came up at a residents’ meeting in {place} in {month}, where {big} people signed the attendance sheet. Most of them stayed until the caretaker began to stack the chairs.",
    "Nobody at the town hall wanted to put a date on what comes after {topic}. A clerk said that the next committee has {n} items before it, and that two of them are about gulls.",
    "The papers on {topic} fill {few} folders in the council’s reading room in {place}, and anyone may ask for them. On {weekday} the room had a single visitor, who was there for the radiator.",
    "Costs are modest by the standards of the city: the estimate for {topic} would buy about {n} metres of new tram track. It is paid from a fund for small works that is seldom spent in full.",
    "Shopkeepers in {place} are of two minds. Some say that {topic} has brought them custom they had not seen since {month}; others have noticed only that more people ask for directions.",
    "In {town}, where something similar was tried, the first year was the hardest. A delegation from there came to look at {topic} on {weekday} and left with {few} pages of notes.",
    "Letters to this newspaper about {topic} have run at about {n} a week, most of them friendly. The longest came from a reader in {place} and included a drawing to scale.",
    "A notice about {topic} hangs in the window of the ward office in {place}, between the tide table and a card for a lost cat. The office can be visited on {weekday} mornings.",
    "Not everybody is persuaded. A petition against changes to {topic} lay on the counter of a chemist in {place} for {few} weeks and collected {n} signatures, one of them twice.",
    "Older residents of {place} say that there was an earlier version of {topic}, long before the bridge. The city archive has a photograph from {month} 1957 which may show it, or may show a shed.",
    "The ward’s youth council has asked to be heard on {topic} before anything is final. It meets on {weekday} afternoons and has {n} members, none of them old enough to vote.",
    "Weather may still have the last word on {topic}. After the storms of {month} the crews in {place} were {few} weeks behind, and the forecast for the coming days is no help.",
    "One effect was not planned. Since {topic} has been in the news, {big} people have written their names on the ward’s list of volunteers, which used to fit on a postcard.",
    "The council’s own survey, done in {month}, asked {big} households what they thought of {topic}. A third were in favour, a third against, and a third used the space to write about dogs.",
)

_QUOTES = (
    "People here judge {topic} by one question: is it still there in the morning",
    "I was against {topic} for a month, and then I had to use it",
    "My mother would have written three letters about {topic}, and she would have enjoyed every one",
    "You can see {topic} from my kitchen, and I have not been bored since",
    "If {topic} works in this street it will work anywhere, because nothing works in this street",
    "They asked us about {topic} before they started, and that alone was new",
    "We have waited so long that {topic} feels like an old acquaintance",
)

_VOICES = (
    "Zoë Lindqvist, who keeps the newsagent’s on Tallow Street",
    "Marguerite Oakes, a neighbour",
    "Tobias Adeyemi, who delivers bread in the mornings",
    "Ludmila Horáková, a teacher who lives nearby",
    "Fergus Dale, who has driven a taxi for thirty years",
    "Imani Croft, a student",
    "Walter Sung, the ward’s oldest resident",
)

_HEADINGS = (
    "What is known about {topic}",
    "Who decides on {topic}",
    "How {place} sees {topic}",
    "The long history of {topic}",
)

DESK = Desk(
    "Local",
    "local",
    "What happens between the harbour and the hill.",
    ("Ingrid Vass", "Daniel Osei", "Ewa Żukowska"),
    STORIES,
    _ARRIVALS,
    _PARAGRAPHS,
    _QUOTES,
    _VOICES,
    _HEADINGS,
)
