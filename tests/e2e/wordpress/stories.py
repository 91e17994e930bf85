"""What the test site's newsroom reports: its writers, its sections and one line for each of its stories.

All names, places and events are invented. `newsroom.py` writes the articles out of these tables.
"""

from __future__ import annotations

from typing import Final

WRITERS: Final = (
    ("marchetti", "Élodie Marchetti"),
    ("kowalczyk", "Jürgen Kowalczyk"),
    ("novakova", "Žofia Nováková"),
    ("harboe", "Ines Harboe"),
    ("takamine", "高嶺 Haruka"),
)
"""Login and display name."""

SECTIONS: Final = (
    ("Local", "local", ("harbour", "housing", "roads", "schools", "town council")),
    ("Business", "business", ("jobs", "markets", "shipping", "start-ups", "wages")),
    ("Culture & Arts", "culture-arts", ("books", "film", "museums", "music", "theatre")),
    ("Science", "science", ("climate", "health", "oceans", "space")),
    ("Sport", "sport", ("cycling", "football", "rowing")),
)
"""Name, slug and tags."""

STORIES: Final = {
    "Local": (
        ("Swing bridge closes for a winter of repairs", "the swing bridge"),
        ("Night buses return to the eastern villages", "the night bus scheme"),
        ("Council buys the old rope factory for one crown", "the rope factory"),
        ("Ferry tickets rise for the first time in nine years", "the new ferry tariff"),
        ("Residents save the last telephone exchange", "the telephone exchange"),
        ("Mill Lane gets its trees back", "the Mill Lane planting"),
        ("Flood wall passes its first real test", "the flood wall"),
        ("School kitchens go back to cooking from scratch", "the school kitchens programme"),
        ("A lighthouse keeper’s cottage looks for a tenant", "the keeper’s cottage"),
        ("Allotment queue reaches a record eleven years", "the allotment queue"),
        ("Town clock runs on time again — for now", "the town clock"),
        ("New rules for mooring in the inner basin", "the mooring order"),
        ("Library vans find a second life as clinics", "the mobile clinics"),
        ("Cobblestones stay, says the heritage board", "the cobblestone ruling"),
        ("Volunteers map every drain in the lower town", "the drain map"),
        ("Quarry Road roundabout opens a month early", "the Quarry Road roundabout"),
        ("Fire brigade retires its oldest engine", "the old fire engine"),
        ("Tenants win repairs at Saltmarsh Court", "the Saltmarsh Court agreement"),
        ("Weekly market moves indoors after the storm", "the indoor market"),
        ("Playground design goes to a class of nine-year-olds", "the playground design"),
        ("Water meters arrive on the northern shore", "the metering plan"),
        ("Crossing patrols return to Harbour Street", "the crossing patrol"),
        ("Cemetery wall collapse blamed on a forgotten spring", "the cemetery wall"),
        ("Street lamps to dim after midnight in six districts", "the dimming trial"),
        ("A census of swifts begins on the church towers", "the swift census"),
        ("Parking permits go digital, with a paper exception", "the permit system"),
        ("Old customs house becomes a records office", "the customs house"),
    ),
    "Business": (
        ("Shipyard lands an order for four river tugs", "the tugboat order"),
        ("Cannery switches its night shift to days", "the cannery’s new rota"),
        ("Cooperative bank opens a branch without a counter", "the counterless branch"),
        ("Wool prices fall to a level last seen in 1998", "the wool slump"),
        ("A start-up turns mussel shells into plaster", "the shell plaster"),
        ("Brewery and baker share one oven’s heat", "the heat-sharing deal"),
        ("Freight line asks for a second track", "the second track"),
        ("Hotel owners agree on a winter closing week", "the closing week"),
        ("Timber exporter moves its scales to the quay", "the quayside scales"),
        ("Apprenticeships outnumber applicants again", "the apprenticeship gap"),
        ("Small grocers pool their delivery vans", "the van pool"),
        ("Insurance for kelp farms enters the market", "the kelp policy"),
        ("Printing house bets on large type", "the large-type series"),
        ("Wages in the port rise above the national mean", "the port wage round"),
        ("Glassworks relights its furnace after three years", "the furnace"),
        ("Repair shops gain from the right-to-mend law", "the right-to-mend law"),
    ),
    "Culture & Arts": (
        ("A lost overture returns to the concert hall", "the lost overture"),
        ("Museum hangs its storeroom in public", "the open storeroom"),
        ("Puppet theatre turns a hundred and still rents its chairs", "the puppet theatre"),
        ("Novel about a tide gauge wins the coast prize", "the tide gauge novel"),
        ("Cinema shows silent films with a live foghorn", "the foghorn screenings"),
        ("Choir records in an empty oil tank", "the oil tank recording"),
        ("Weavers finish a tapestry begun by their grandmothers", "the tapestry"),
        ("Sculptor leaves forty unfinished heads to the town", "the sculptor’s bequest"),
        ("A festival without headliners sells out", "the festival"),
        ("Dialect dictionary reaches the letter M", "the dialect dictionary"),
        ("Photographs from the herring years find their names", "the herring archive"),
    ),
    "Science": (
        ("Seagrass returns faster than the models said", "the seagrass survey"),
        ("A telescope the size of a suitcase counts meteors", "the suitcase telescope"),
        ("Bees tell old varnish from new, study finds", "the varnish study"),
        ("Buoys hear whales where no one looked", "the listening buoys"),
        ("Blood test for cheese makers’ lung shows promise", "the blood test"),
        ("Peat core holds six thousand years of storms", "the peat core"),
        ("Ice records on the lake reach two centuries", "the ice records"),
    ),
    "Sport": (
        ("Rowers take the estuary cup by half a length", "the estuary cup"),
        ("Football club keeps its pitch below sea level", "the sunken pitch"),
        ("Hill climb ends in fog and a dead heat", "the hill climb"),
    ),
}
"""Section to its stories: headline, and what the story is about as a noun phrase."""
