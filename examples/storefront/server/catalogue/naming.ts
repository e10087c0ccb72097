import { RENAMED } from './renamed.ts'

const SMALL_WORDS = new Set([
  'a',
  'and',
  'at',
  'from',
  'in',
  'of',
  'on',
  'over',
  'the',
  'to',
  'with',
  'without',
])

/** Subjects that are names themselves and take no article in a sentence. */
const PROPER =
  /^(Santa|Mrs|Mount |Aries|Taurus|Gemini|Cancer|Leo|Virgo|Libra|Scorpio|Sagittarius|Capricorn|Aquarius|Pisces|three Zs)/

/** What the shop calls the emoji, as it stands inside a sentence: "ball of yarn". */
export function plainName(label: string): string {
  const renamed = RENAMED[label]
  if (renamed !== undefined) return renamed
  // "dog" and "dog face" are two products: a figure and a head.
  const portrait = /^(monkey|dog|cat|tiger|horse|cow|pig|mouse|rabbit|dragon) face$/.exec(label)
  return portrait === null ? label : `${portrait[1]} head`
}

/** The name on the price tag: "Ball of Yarn". */
export function displayName(plain: string): string {
  return plain
    .split(' ')
    .map((word, index) => (index > 0 && SMALL_WORDS.has(word) ? word : capitalise(word)))
    .join(' ')
}

/** The name as the subject or object of a sentence: "the ball of yarn", "Santa Claus". */
export function withArticle(plain: string): string {
  return PROPER.test(plain) ? plain : `the ${plain}`
}

/** The name in an address: "ball-of-yarn". */
export function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
