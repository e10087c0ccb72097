import { RULES, type RuleId } from './rules.ts'

/** One rule on the way to the answer. */
export interface ExplanationStep {
  readonly rule: RuleId
  /** Where the rule comes from, such as `RFC 9111 §5.2.2.1`. */
  readonly section: string
  /** One sentence. What a header says may stand in it as it came: it is not escaped. */
  readonly text: string
}

/** A step by that rule. */
export function step(rule: RuleId, text: string): ExplanationStep {
  const [section = ''] = RULES[rule].split(': ', 1)
  return { rule, section, text }
}

const LONGEST = 80
const MOST = 8

/** A text of a stranger inside a sentence. */
export function brief(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

/** Names of a stranger inside a sentence. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map((name) => `"${brief(name)}"`)
  const more = names.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** A field as its specification writes it. */
export function fieldName(lower: string): string {
  return brief(lower.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()).replace(/^Cdn-/, 'CDN-'))
}
