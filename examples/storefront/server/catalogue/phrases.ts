type Choices = readonly [string, ...string[]]

/**
 * First sentences by subgroup or, where a subgroup has none of its own, by shelf. `{it}` is the product with its article ("the red apple", "the grapes"), so no phrase may
 * depend on whether the thing is one or many.
 */
export const OPENINGS: Readonly<Record<string, Choices>> = {
  animals: [
    'Our take on {it}: calm, round-edged and easily mistaken for a pet.',
    'A small tribute to {it}, modelled from life and smoothed until it begged to be held.',
    'Asks for no food, no walks and no vet: this is {it} at its most patient.',
    'A desk companion after {it}, with a soft sheen and a steady gaze over your inbox.',
    'We looked at {it} for a long afternoon and kept only the friendliest lines.',
    'For everyone who always wanted room for {it} and only ever had a shelf.',
  ],
  garden: [
    'Picked at its best and kept there: {it}, with a bloom that no season takes away.',
    'Inspired by {it} on a Saturday market stall, still cool from the morning.',
    'A still life of one: {it} in satin colours, with the light already painted in.',
    'Never wilts, never bruises and wants no water: here is {it} for people without a garden.',
    'Straight from an imaginary allotment, our version of {it} stays fresh on a windowsill for good.',
  ],
  kitchen: [
    'A tribute to {it} that looks good enough to eat and, sadly, is not.',
    'Everything we like about {it}, with none of the crumbs.',
    'Our model maker skipped lunch and made {it} instead. It shows.',
    'Warm colours and soft corners: this is {it} the way you remember the first bite.',
    'Set {it} next to the real thing and watch a guest hesitate.',
    'For kitchens with one free hook, shelf or corner: {it}, always just served.',
  ],
  drink: [
    'Poured once and never empty: {it}, with the shine still on.',
    'A toast to {it}, and a safe one near a laptop.',
    'Our model of {it} keeps its temperature by not having one.',
    'For slow mornings and long evenings: {it}, always just served.',
    'Cool colours, a clean rim and not a drop spilled: this is {it} as the bar would like it.',
  ],
  'on-the-move': [
    'Ready to leave and in no hurry: {it}, polished to a shop-window gleam.',
    'A pocket-sized study of {it}, from the first curve to the last rivet.',
    'For long days at a desk and short trips across it: our model of {it}.',
    'We gave {it} a clean coat, fresh colours and nowhere in particular to be.',
    'A favourite of commuters and children alike, who agree on little else than {it}.',
  ],
  places: [
    'A view to keep: {it}, scaled to fit between two books.',
    'No ticket, no queue, no packing. Our model of {it} is open all day.',
    'A souvenir of {it} that is better made than most souvenirs.',
    'Put {it} on a shelf and the whole shelf becomes a street.',
    'Modelled from postcards, maps and one very good memory of {it}.',
  ],
  sky: [
    'Look up, then look at your desk: {it}, brought down to arm’s length.',
    'A quiet piece after {it}, with colours that shift as the daylight does.',
    'We cannot sell the sky by the metre, but this is a fine small sample: {it}.',
    'For people who check the forecast for pleasure: {it}, reliably where you left it.',
    'Our study of {it} keeps its glow in any weather.',
  ],
  time: [
    'Time for something handsome: {it}, which is never late and never early.',
    'A small model of {it} for people who like their minutes well dressed.',
    'Right twice a day at the very least, {it} brings a little ceremony to a shelf.',
  ],
  zodiac: [
    'A violet tile for those born under {it}, and for those who only wish they were.',
    'The stars can keep their secrets. The tile of {it} keeps its colour.',
    'A birthday present that cannot be the wrong size: the sign of {it}.',
  ],
  play: [
    'For rainy afternoons, prize-givings and no reason at all: {it}.',
    'A cheerful nod to {it}, and a fair way to decide whose turn it is to make tea.',
    'Somebody has to bring {it}. This time it can be you.',
    'Our version of {it} is built to be passed from hand to hand.',
    'Small, bright and hard to put down: this is {it} with the rules left out.',
  ],
  wardrobe: [
    'Tailored in miniature: {it}, with every seam where it belongs.',
    'Fits nobody and suits everyone. Our model of {it} is pure decoration.',
    'A small homage to {it}, cut in bold colours and never out of fashion.',
    'Hang it, stand it or give it away: {it} looks well on any shelf.',
    'What a display window does for {it}, this piece does for a hallway.',
  ],
  studio: [
    'A working day needs props, and {it} is one of our favourites.',
    'Made for desks that have seen better Mondays: {it} in clean, bright colours.',
    'Our model of {it} does nothing useful, and does it beautifully.',
    'A nod to {it} and to everyone who still takes the craft seriously.',
    'Smooth edges, honest proportions: {it} as the manual never showed it.',
    'Leave {it} next to the keyboard and meetings get a little shorter.',
  ],
  geometric: [
    'A pure shape in a pure colour: {it}, for building, sorting or simply looking at.',
    'No story, no moving parts. We just think that {it} looks right.',
    'Children stack them, designers line them up. Either way, start with {it}.',
  ],
  workshop: [
    'Plain things deserve good models too. Here is {it}, done properly.',
    'Our study of {it} would make any toolbox proud.',
    'Sturdy, simple and oddly handsome: {it} as seen by somebody who likes things well made.',
    'For the person who can fix everything and already owns {it} in full size.',
    'Nobody asked for {it} this pretty. We made it all the same.',
  ],
  characters: [
    'Meet {it}: good company, excellent posture, no opinions.',
    'A hand-painted figure after {it}, ready for a shelf, a diorama or a pep talk.',
    'Every desk needs a hero. We suggest {it}.',
    'Our figure of {it} keeps watch when you are out for lunch.',
    'Part of our long-running cast, {it} gets along with everybody on the shelf.',
  ],
  feelings: [
    'Says it better than a message: {it}, in solid form.',
    'For the moments when words take too long, there is {it}.',
    'Hand {it} across the table and the conversation is half done.',
    'Our smallest pieces say the most. This one is {it}.',
    'Keep {it} in a drawer for when a colleague has earned it.',
  ],
}

export const CLOSINGS: Choices = [
  'About {height} cm tall, cast in matt resin and finished by hand.',
  'Stands {height} cm high and weighs a reassuring {weight} g.',
  'Cast in small batches, {height} cm tall, with a felt base that spares the furniture.',
  'Roughly {height} cm of satin finish. Dust it now and then and it will outlast the shelf.',
  'Each piece is {height} cm tall, checked by eye and packed in recycled card.',
  'At {weight} g it stays where you put it; at {height} cm it fits wherever that is.',
]

/** `{tags}` is two or three quoted words. */
export const TAG_SENTENCES: Choices = [
  'Our regulars look for it under {tags}.',
  'Search for {tags} and it turns up as well.',
  'In the stockroom it is filed under {tags}.',
]
