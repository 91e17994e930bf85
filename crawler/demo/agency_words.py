# ruff: noqa: E501 - prose: one string a line reads better than wrapped fragments
"""The words that agency stories are composed of; slots in braces are filled per story, as in a desk's material."""

from __future__ import annotations

PLACES = (
    "Cask Row", "Fennel Hill", "Gull Point", "Harrowside", "Kiln Lane", "Lindenfold", "Northmere", "Old Quay",
    "Saltgate", "Tallow Street", "Wexley", "Ostrey", "Dunmarrow", "Kestrel Vale", "Pelham Sound", "Brackley Weir",
    "Anchor Yard", "Millrace", "Thornby", "Lower Haven", "Candlewick", "Sorrel Bank", "Pilot Square", "Heron Gate",
)  # fmt: skip
QUALIFIERS = ("", "old ", "new ", "little ", "lost ")
THINGS: dict[str, tuple[str, ...]] = {
    "local": (
        "footbridge", "bus shelter", "paddling pool", "water main", "ward office", "fire station", "clock tower",
        "underpass", "street market", "tram stop", "drinking fountain", "allotment", "car park", "post box", "stairway",
        "town well", "cycle lane", "night bus", "toll house", "flood gate", "lamp post", "community hall", "ferry ramp",
        "zebra crossing",
    ),
    "business": (
        "bakery", "cannery", "brewery", "boatyard", "tannery", "print shop", "foundry", "cargo depot", "barber shop",
        "wool exchange", "ice works", "hardware store", "soap factory", "credit union", "grain silo", "repair café",
        "button factory", "salt works", "laundry", "fish auction", "hotel", "saw mill", "button exchange", "taxi rank",
    ),
    "culture": (
        "choir", "puppet theatre", "mural", "poetry night", "film club", "sculpture garden", "brass band", "gallery",
        "reading room", "folk festival", "opera house", "print fair", "dance school", "organ", "radio play", "archive",
        "carnival", "lantern parade", "painting prize", "bookshop", "string quartet", "theatre school", "bell tower",
        "cinema",
    ),
    "science": (
        "observatory", "bat survey", "weather station", "seed bank", "wave laboratory", "moth trap", "soil study",
        "seismograph", "eel count", "telescope", "radar mast", "kelp farm", "noise map", "vaccine trial", "fossil bed",
        "wind tunnel", "tree census", "pollen trap", "sonar buoy", "battery test", "dune study", "hedgehog count",
        "glacier core", "magnet lab",
    ),
    "sport": (
        "swimming gala", "chess league", "rowing crew", "football side", "half marathon", "bowls final", "fencing hall",
        "darts open", "relay team", "ski slope", "judo club", "regatta", "tennis court", "cycling race", "boxing gym",
        "sailing cup", "climbing wall", "hockey pitch", "skating rink", "archery range", "cricket eleven",
        "diving board", "basketball side", "walking club",
    ),
}  # fmt: skip
"""What a story of each desk may be about: nothing twice."""
FIRST_NAMES = (
    "Agata", "Bastian", "Corinna", "Dmitri", "Eluned", "Fergus", "Giulia", "Hamid", "Ilse", "Joaquim", "Kirsten",
    "Leopold", "Maren", "Nikolai", "Oona", "Percival", "Quirin", "Rosalind", "Sverre", "Thandiwe", "Umberto", "Vesna",
)  # fmt: skip
FAMILY_NAMES = (
    "Abernathy", "Bellweather", "Castellano", "Dragomir", "Eastwick", "Falkenrath", "Greaves", "Holloway", "Iversen",
    "Jankowski", "Kirkbride", "Lindqvist", "Mbeki", "Northcote", "Osterman", "Prendergast", "Quigley", "Rasmussen",
    "Silvestri", "Thackeray",
)  # fmt: skip
ROLES = (
    "who has the keys", "the caretaker", "who keeps the accounts", "its longest serving member", "a neighbour",
    "who drew the plans", "the ward clerk", "who paid for it", "a former chair", "who started the petition",
)  # fmt: skip
HEADLINES = (
    "What {topic} taught a city that had stopped looking",
    "Why {topic} will close for {n} days in {month}",
    "How {topic} came through the storm with a single scratch",
    "A second life for {topic} after {n} quiet years",
    "Vote on {topic} ends in a draw and a handshake",
    "For {topic}, a bill of {big} crowns and no sender",
    "The day {topic} ran out of patience, and of paint",
    "Volunteers bring {topic} back one {weekday} at a time",
    "Nobody admits to moving {topic} by {few} metres",
    "Plans for {topic} survive their {n}th reading",
    "Children write the rules for {topic}, and keep them",
    "Inspectors find {topic} in better shape than its fence",
)
DEKS = (
    "In {place} they had counted on anything but {topic}",
    "It took {few} meetings and one very long ladder to settle {topic}",
    "The bill for {topic} goes to {place}, the credit to a school class",
    "What began as a joke about {topic} is now a line in the budget",
    "Residents learn from a note on a door what is to become of {topic}",
    "A list of {n} names made the difference to {topic}",
    "The last word on {topic} belongs to a man with a tape measure",
    "Now {topic} costs less than feared and smells better",
)
EVENTS = (
    "{Topic} reopens on {weekday} after {n} weeks behind a fence that nobody remembers ordering",
    "After {few} years of letters, the city has found {big} crowns for {topic} in a drawer meant for something else",
    "A crack {n} centimetres long, seen first by a school class from {place}, has put {topic} back on the agenda",
    "For the first time since records were kept in {place}, more people complained about the weather than about {topic}",
    "When the lights went out in {place} on {weekday}, {topic} was the only thing that went on as if nothing were the matter",
    "Exactly {big} people came to see {topic} in {month}, which is {n} more than the organisers had chairs for",
    "The future of {topic} was decided on {weekday} in a room that holds {n} people and held {big}",
    "A retired surveyor has shown that {topic} stands {few} metres from where every map of {place} puts it",
    "With {few} votes to {n}, the ward of {place} has agreed to leave {topic} exactly as it is",
    "The argument about {topic} ended on {weekday} the way it had begun, with a bucket and a misunderstanding",
    "Somebody has been looking after {topic} at night, and on {weekday} the people of {place} found out who",
    "A letter posted in {town} in 1931 arrived in {place} this week, and it is about {topic}",
)
CONSEQUENCES = (
    "and the first {n} visitors were handed a cup of soup",
    "which is why the tram now stops {few} minutes longer",
    "although the keys are still with a locksmith in {town}",
    "to the delight of a cat that has lived there since {month}",
    "so that the fence can at last go back to its owner in {town}",
    "but the sign will be painted only when the wind drops",
    "and a second notice promised {big} folding chairs by {weekday}",
    "while the neighbours from {town} watched with their arms crossed",
    "even if the accounts will not be settled before {month}",
    "and nobody in {place} has claimed the umbrella that was left behind",
    "which the clerk put down as item {n} under other business",
    "unless it rains, in which case everyone will meet in {town}",
)
DETAILS = (
    "The work on {topic} took {n} days and used up {big} litres of a green that is no longer sold",
    "A count at {topic} on {weekday} gave {big} in the morning and {n} after lunch",
    "Two engineers from {town} spent {few} nights at {topic} with a lamp and a thermos",
    "The oldest document that mentions {topic} is a bill for {n} planks, dated in {month}",
    "Half of the money for {topic} comes from a raffle, the other half from {big} small gifts",
    "Beneath {topic} they came upon {n} bottles, {few} of them full",
    "The contract for {topic} runs to {big} pages, of which {few} are about the roof",
    "Samples from {topic} were sent to {town}, where it will take {n} days to read them",
    "As far as anyone knows {topic} was last repaired {n} years ago by a man who left no drawings",
    "The list of those who want to help {topic} has {big} names on it",
)
MORE_DETAILS = (
    "the receipts hang in the window for anyone to check",
    "what is left over will go to the lifeboat",
    "a bench from {town} is to stand there from {month}",
    "the caretaker has written it all down in pencil",
    "there was cake for the {n} who stayed until the end",
    "the next inspection falls on a {weekday}",
    "no two measurements agree by less than {n} centimetres",
    "the rest will have to wait until the ice is off the road to {town}",
    "a class of {n} has adopted it for the winter",
    "not a single screw was left over",
)
QUOTES = (
    "We never thought {topic} would need us",
    "You can walk past {topic} for {n} years and not see it",
    "I promised my mother that {topic} would outlive the mayor",
    "Without {topic} we would have nothing to argue about",
    "Ask anyone in {town} about {topic} and they will laugh",
    "There is only one way to mend {topic}",
    "I have dreamt about {topic} {few} times this week",
    "Whoever sells {topic} will have to sell me with it",
)
REASONS = (
    "and it begins with a clean rag", "and then one morning it waves back", "so we brought a ladder",
    "and that is worth {n} speeches", "but it knew better", "and I am not a patient person", "until it rains",
    "and nobody is going to take that away", "which is the whole point", "so I kept the old key",
)  # fmt: skip
OPENINGS = (
    "Those who pass {topic} every day say that the change came slowly, like a tide in {month}.",
    "The committee for {topic} meets on the first {weekday} of the month, and it has {n} members and {few} opinions.",
    "Whoever wants to understand {topic} should start in the cellar of the ward office, where {big} letters about it are kept.",
    "On the day the surveyors came to look at {topic}, they had brought instruments for {few} weeks and stayed for {n} minutes.",
    "A photograph of {topic} from the summer of 1958 shows {n} people, a dog, and a sky without a single wire.",
    "Costs for {topic} have risen by {n} per cent since {month}, mostly because of the price of rope.",
    "Schools use {topic} to teach fractions, since no part of it is the same length as another.",
    "In a survey of {big} households, {topic} came third among the things that visitors should be shown.",
    "Insurers had refused to cover {topic} until an actuary from {town} came by on a {weekday} and changed her mind.",
    "The first plan for {topic} was drawn on a tablecloth, which has been framed and hangs in {place}.",
    "There is a song about {topic}, with {n} verses, of which only {few} can be sung before nine in the evening.",
    "Engineers have listened to {topic} with a stethoscope and heard what they call a contented hum.",
    "Those against {topic} have become fewer since the kiosk opened beside it in {month}.",
    "Every {weekday} at noon a volunteer sweeps around {topic} and writes down what was found, {big} objects so far.",
    "The law that protects {topic} is {few} lines long and was passed in the last minute before a holiday.",
    "A delegation from {town} came to see {topic}, took {big} pictures, and asked where the toilets were.",
    "When snow fell in {month}, {topic} was cleared before the main road was, and nobody complained.",
    "The name of {topic} is older than the thing itself, historians say, by at least {n} years.",
    "An audit of {topic} came to the conclusion that {few} receipts were missing and that it did not matter.",
    "What makes {topic} unusual is that {n} people share the key, and that it has never been lost.",
)
REST = (
    "A neighbour keeps a diary of it and is now in the {n}th volume.",
    "The city archive has asked for a copy, preferably one without coffee stains.",
    "Since then the pigeons have moved to {town}, where they are said to be happy.",
    "It is the kind of thing that makes the papers only when it stops.",
    "The bill, {big} crowns, was paid in coins by somebody who did not want to be thanked.",
    "Two of the older residents remember it differently, and from each other.",
    "Not everyone agrees, but those who do not were away on {weekday}.",
    "The mayor’s office answered after {n} days, with a leaflet about composting.",
    "Children under {n} go in free, dogs pay according to size.",
    "There had been warnings, the last of them {few} months ago and in verse.",
    "A thermometer on the wall has been wrong by {few} degrees for as long as anyone can say.",
    "Whether that will last depends on the wind, the budget and a woman called Dagny.",
    "In {town} a similar attempt ended with a brass band and a fine.",
    "The minutes of the meeting fill {n} pages and contain the word “perhaps” {big} times.",
    "Afterwards there was soup, and those who had shouted carried the tables.",
    "A second opinion has been ordered and is expected before {month}.",
    "Experts from {town} have offered advice, none of it in writing.",
    "The paint was chosen by vote, and grey won by {few}.",
    "Nobody has yet found the switch for the lamp above the door.",
    "It would take {big} people holding hands to go once around it, and in {month} they mean to try.",
)
ADDENDA = (
    "On {weekday} the ward office corrected itself about {topic}",
    "Later in the day {source} added a figure, {big}, to the file on {topic}",
    "In the evening it turned out that {topic} had been measured in the wrong unit",
    "A second visit by the inspectors to {topic} lasted {n} minutes",
    "Since this was first written, {few} more people have come forward about {topic}",
)
