/** A shelf of the shop, and which emoji subgroups stand on it. */
export interface Shelf {
  readonly id: string
  readonly name: string
  readonly subgroups: readonly string[]
  /** The product whose picture stands for the category, by its label. */
  readonly cover: string
  /** What a product here costs, in cents: the cheapest and the dearest. */
  readonly priceRange: readonly [number, number]
}

export const SHELVES: readonly Shelf[] = [
  {
    id: 'animals',
    name: 'Animals',
    subgroups: [
      'animal-mammal',
      'animal-bird',
      'animal-amphibian',
      'animal-reptile',
      'animal-marine',
      'animal-bug',
    ],
    cover: 'fox',
    priceRange: [1_450, 4_900],
  },
  {
    id: 'garden',
    name: 'Garden & Market',
    subgroups: ['plant-flower', 'plant-other', 'food-fruit', 'food-vegetable'],
    cover: 'potted plant',
    priceRange: [690, 2_400],
  },
  {
    id: 'kitchen',
    name: 'Kitchen & Café',
    subgroups: ['food-prepared', 'food-asian', 'food-sweet', 'drink'],
    cover: 'doughnut',
    priceRange: [750, 2_600],
  },
  {
    id: 'on-the-move',
    name: 'On the Move',
    subgroups: ['transport-ground', 'transport-water', 'transport-air', 'hotel'],
    cover: 'locomotive',
    priceRange: [1_900, 6_900],
  },
  {
    id: 'places',
    name: 'Places & Landmarks',
    subgroups: ['place-map', 'place-geographic', 'place-building', 'place-religious', 'place-other'],
    cover: 'ferris wheel',
    priceRange: [2_400, 8_900],
  },
  {
    id: 'sky',
    name: 'Sky & Time',
    subgroups: ['sky-weather', 'time', 'zodiac'],
    cover: 'ringed planet',
    priceRange: [900, 3_900],
  },
  {
    id: 'play',
    name: 'Games & Celebrations',
    subgroups: ['event', 'award-medal', 'sport', 'game', 'arts-crafts', 'flag', 'keycap'],
    cover: 'balloon',
    priceRange: [850, 3_600],
  },
  {
    id: 'wardrobe',
    name: 'Wardrobe',
    subgroups: ['clothing'],
    cover: 'top hat',
    priceRange: [1_200, 4_500],
  },
  {
    id: 'studio',
    name: 'Studio & Desk',
    subgroups: [
      'music',
      'musical-instrument',
      'sound',
      'phone',
      'computer',
      'light-video',
      'book-paper',
      'money',
      'mail',
      'writing',
      'office',
    ],
    cover: 'camera',
    priceRange: [950, 5_400],
  },
  {
    id: 'workshop',
    name: 'Home & Workshop',
    subgroups: [
      'dishware',
      'lock',
      'tool',
      'science',
      'medical',
      'household',
      'other-object',
      'warning',
      'geometric',
    ],
    cover: 'toolbox',
    priceRange: [900, 3_900],
  },
  {
    id: 'characters',
    name: 'Characters',
    subgroups: [
      'person-role',
      'person-fantasy',
      'person-activity',
      'person-sport',
      'person-resting',
      'face-costume',
      'monkey-face',
    ],
    cover: 'astronaut',
    priceRange: [1_900, 4_900],
  },
  {
    id: 'feelings',
    name: 'Faces, Hearts & Hands',
    subgroups: [
      'face-smiling',
      'face-affection',
      'face-tongue',
      'face-hand',
      'face-neutral-skeptical',
      'face-sleepy',
      'face-unwell',
      'face-hat',
      'face-glasses',
      'face-concerned',
      'face-negative',
      'cat-face',
      'heart',
      'emotion',
      'hand-fingers-open',
      'hand-fingers-partial',
      'hand-fingers-closed',
      'hands',
    ],
    cover: 'sparkling heart',
    priceRange: [490, 1_490],
  },
]

/** Subgroups whose things are too small for their shelf's prices. */
export const SMALL_THINGS: Readonly<Record<string, readonly [number, number]>> = {
  geometric: [390, 990],
  keycap: [450, 950],
  'food-fruit': [590, 1_490],
  'food-vegetable': [490, 1_290],
}
