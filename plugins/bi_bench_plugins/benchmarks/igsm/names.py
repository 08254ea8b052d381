"""Names for parameters: letters, or things in four systems of four levels, lowest level first.

A level has a name and five sub-categories of five things. No thing or level occurs twice, and no
name holds punctuation, digits or a word that the sentences use, so reading back is unambiguous.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from bi_bench_plugins.benchmarks.igsm.draw import Outline
from bi_bench_plugins.benchmarks.shared.embedded import LETTERS


class Level(NamedTuple):
    """A level of a system: its name and sub-categories of things."""

    name: str
    kinds: tuple[tuple[str, ...], ...]


def _level(name: str, *kinds: str) -> Level:
    return Level(name, tuple(tuple(kind.split(", ")) for kind in kinds))


SYSTEMS: tuple[tuple[Level, ...], ...] = (
    (
        _level(
            "Goods",
            "Brass Lantern, Copper Kettle, Iron Anvil, Pewter Jug, Tin Whistle",
            "Silk Scarf, Wool Blanket, Linen Sheet, Cotton Shirt, Velvet Cape",
            "Oak Chair, Pine Stool, Walnut Desk, Birch Cradle, Cherry Cabinet",
            "Clay Bowl, Glass Vase, Stone Mortar, Porcelain Cup, Marble Tile",
            "Rice Sack, Honey Jar, Cheese Wheel, Salt Bag, Tea Tin",
        ),
        _level(
            "Containers",
            "Red Crate, Blue Crate, Green Crate, White Crate, Grey Crate",
            "Tall Barrel, Short Barrel, Round Barrel, Sealed Barrel, Painted Barrel",
            "Canvas Hamper, Wicker Hamper, Leather Hamper, Padded Hamper, Striped Hamper",
            "Cedar Chest, Locked Chest, Carved Chest, Banded Chest, Domed Chest",
            "Cargo Pallet, Wrapped Pallet, Double Pallet, Steel Pallet, Cooled Pallet",
        ),
        _level(
            "Ships",
            "Fishing Trawler, Crab Boat, Shrimp Cutter, Herring Drifter, Tuna Clipper",
            "Coastal Steamer, River Steamer, Paddle Steamer, Mail Steamer, Night Steamer",
            "Racing Schooner, Grain Schooner, Timber Schooner, Training Schooner, Ice Schooner",
            "Harbour Tug, Ocean Tug, Salvage Tug, Canal Tug, Pilot Tug",
            "Car Ferry, Train Ferry, Island Ferry, Chain Ferry, Lake Ferry",
        ),
        _level(
            "Ports",
            "Amber Bay, Falcon Bay, Mistral Bay, Heron Bay, Juniper Bay",
            "Northern Quay, Southern Quay, Eastern Quay, Western Quay, Central Quay",
            "Alba Harbour, Lowmoor Harbour, Kestrel Harbour, Fenwick Harbour, Granite Harbour",
            "Willow Wharf, Anchor Wharf, Lantern Wharf, Copper Wharf, Mariner Wharf",
            "Sorrel Docks, Thistle Docks, Marigold Docks, Bramble Docks, Clover Docks",
        ),
    ),
    (
        _level(
            "Books",
            "Pocket Atlas, Star Map, Road Map, Harbour Chart, Mountain Chart",
            "Detective Novel, Sea Novel, Ghost Novel, School Novel, Desert Novel",
            "Bird Guide, Fern Guide, Beetle Guide, Mushroom Guide, Seashell Guide",
            "Violin Score, Piano Score, Trumpet Score, Choir Score, Drum Score",
            "Weekly Magazine, Monthly Journal, Yearly Almanac, Daily Gazette, Spring Bulletin",
        ),
        _level(
            "Bookcases",
            "Walnut Bookcase, Maple Bookcase, Bamboo Bookcase, Mahogany Bookcase, Ebony Bookcase",
            "Rolling Cart, Folding Cart, Display Cart, Returns Cart, Sorting Cart",
            "Corner Shelf, Window Shelf, Ladder Shelf, Spiral Shelf, Hanging Shelf",
            "Archive Drawer, Index Drawer, Map Drawer, Photo Drawer, Letter Drawer",
            "Glass Showcase, Bronze Showcase, Velvet Showcase, Mirror Showcase, Silver Showcase",
        ),
        _level(
            "Rooms",
            "Poetry Room, History Room, Science Room, Travel Room, Drama Room",
            "Sunrise Hall, Sunset Hall, Midnight Hall, Noonday Hall, Twilight Hall",
            "Marble Gallery, Fresco Gallery, Mosaic Gallery, Attic Gallery, Basement Gallery",
            "Quiet Corner, Garden Corner, Fireside Corner, Toddler Corner, Chess Corner",
            "Lawyer Study, Doctor Study, Tower Study, Dome Study, Cellar Study",
        ),
        _level(
            "Libraries",
            "Elm Library, Oak Library, Ash Library, Lime Library, Pear Library",
            "Physics Institute, Botany Institute, Geology Institute, Zoology Institute, "
            "Chemistry Institute",
            "Riverside Archive, Hillside Archive, Seaside Archive, Lakeside Archive, "
            "Roadside Archive",
            "Oldtown Bookhouse, Newtown Bookhouse, Uptown Bookhouse, Downtown Bookhouse, "
            "Midtown Bookhouse",
            "Royal Collection, Municipal Collection, Abbey Collection, Guild Collection, "
            "Museum Collection",
        ),
    ),
    (
        _level(
            "Crops",
            "Butter Pumpkin, Ribbed Pumpkin, Giant Pumpkin, Dwarf Pumpkin, Turban Pumpkin",
            "Yellow Onion, Purple Onion, Pearl Onion, Salad Onion, Winter Onion",
            "Plum Tomato, Vine Tomato, Beef Tomato, Black Tomato, Golden Tomato",
            "Russet Apple, Summer Apple, Cider Apple, Honey Apple, Crab Apple",
            "Broad Bean, Runner Bean, Kidney Bean, Butter Bean, Soy Bean",
        ),
        _level(
            "Beds",
            "Clay Bed, Sandy Bed, Mossy Bed, Gravel Bed, Peat Bed",
            "Square Planter, Oval Planter, Hexagon Planter, Narrow Planter, Deep Planter",
            "Shaded Row, Sunny Row, Sloping Row, Curved Row, Straight Row",
            "Morning Terrace, Evening Terrace, Upper Terrace, Lower Terrace, Stone Terrace",
            "Heated Frame, Slatted Frame, Mesh Frame, Timber Frame, Arched Frame",
        ),
        _level(
            "Fields",
            "Barley Field, Rye Field, Oat Field, Millet Field, Wheat Field",
            "Fox Meadow, Hare Meadow, Badger Meadow, Lark Meadow, Cricket Meadow",
            "Plum Orchard, Almond Orchard, Quince Orchard, Peach Orchard, Apricot Orchard",
            "Long Greenhouse, Tiny Greenhouse, Crystal Greenhouse, Dry Greenhouse, "
            "Misty Greenhouse",
            "North Paddock, South Paddock, East Paddock, West Paddock, Middle Paddock",
        ),
        _level(
            "Farms",
            "Windmill Farm, Watermill Farm, Beehive Farm, Dovecote Farm, Haystack Farm",
            "Otter Ranch, Beaver Ranch, Salmon Ranch, Turtle Ranch, Heron Ranch",
            "Maple Estate, Cedar Estate, Aspen Estate, Hazel Estate, Rowan Estate",
            "Sunny Homestead, Foggy Homestead, Windy Homestead, Snowy Homestead, Rainy Homestead",
            "Hobbs Croft, Perrin Croft, Tolland Croft, Quigley Croft, Ashdown Croft",
        ),
    ),
    (
        _level(
            "Instruments",
            "Laser Ruler, Torque Wrench, Spirit Level, Feeler Gauge, Micrometer Screw",
            "Oxygen Sensor, Pressure Sensor, Motion Sensor, Humidity Sensor, Radiation Sensor",
            "Pocket Telescope, Field Microscope, Mirror Sextant, Prism Spectroscope, "
            "Thermal Camera",
            "Signal Antenna, Radio Beacon, Pulse Transmitter, Echo Receiver, Data Recorder",
            "Soil Probe, Ice Probe, Dust Probe, Plasma Probe, Gravity Probe",
        ),
        _level(
            "Lockers",
            "Alpha Locker, Beta Locker, Gamma Locker, Delta Locker, Epsilon Locker",
            "Titanium Rack, Carbon Rack, Ceramic Rack, Aluminium Rack, Graphite Rack",
            "Crew Trunk, Captain Trunk, Medic Trunk, Engineer Trunk, Visitor Trunk",
            "Emergency Case, Repair Case, Survey Case, Rescue Case, Sampling Case",
            "Floor Bin, Ceiling Bin, Airlock Bin, Hatch Bin, Ladder Bin",
        ),
        _level(
            "Modules",
            "Sleeping Module, Cooking Module, Washing Module, Exercise Module, Leisure Module",
            "Plasma Laboratory, Crystal Laboratory, Algae Laboratory, Weather Laboratory, "
            "Rocket Laboratory",
            "Inner Deck, Outer Deck, Upper Deck, Lower Deck, Spare Deck",
            "Solar Workshop, Battery Workshop, Robot Workshop, Antenna Workshop, Engine Workshop",
            "Fern Biodome, Coral Biodome, Cactus Biodome, Orchid Biodome, Lichen Biodome",
        ),
        _level(
            "Stations",
            "Mercury Station, Venus Station, Neptune Station, Saturn Station, Pluto Station",
            "Comet Outpost, Meteor Outpost, Nebula Outpost, Quasar Outpost, Pulsar Outpost",
            "Newton Observatory, Kepler Observatory, Galilei Observatory, Hypatia Observatory, "
            "Herschel Observatory",
            "Tycho Crater, Apennine Crater, Hadley Crater, Copernicus Crater, Plato Crater",
            "Lyra Waypoint, Cygnus Waypoint, Orion Waypoint, Draco Waypoint, Perseus Waypoint",
        ),
    ),
)


def phrase_names(rng: random.Random, draw: Outline) -> dict[int, str]:
    """A name such as "Car Ferry's Cedar Chest" for every parameter.

    One system, as many consecutive levels as the structure has layers, one sub-category a level.
    """
    structure = draw.structure
    depth = len(structure.widths)
    system = rng.choice(SYSTEMS)
    offset = rng.randint(0, len(system) - depth)
    levels = system[offset : offset + depth]
    things = [
        rng.sample(rng.choice(level.kinds), width)
        for level, width in zip(levels, structure.widths, strict=True)
    ]
    names = [
        f"{things[layer][upper]}'s {things[layer - 1][lower]}"
        for layer, upper, lower in structure.instances
    ]
    names += [f"{things[a.layer][a.upper]}'s {levels[a.below].name}" for a in structure.abstracts]
    return {parameter: names[parameter] for parameter in draw.parameters}


def letter_names(rng: random.Random, draw: Outline) -> dict[int, str]:
    """A letter of its own for every parameter; the largest structure has 44 of them."""
    parameters = draw.parameters
    return dict(zip(parameters, rng.sample(LETTERS, len(parameters)), strict=True))
