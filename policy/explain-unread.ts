import type { ResponseDirectives } from './directives.ts'
import type { Exchange } from './exchange.ts'
import { type ExplanationStep, brief, fieldName, step } from './explanation-step.ts'
import { DEFAULT_TARGETS, parseTargeted } from './targeted.ts'
import { type UnreadMember, unreadDirectives, unreadTargeted } from './unread-directives.ts'

/** Of a field of many such members, the first ones tell enough. */
const MOST = 5

/** What stands in the caching fields and does not say what it seems to say. */
export function explainUnread(exchange: Exchange, { field }: ResponseDirectives): ExplanationStep[] {
  const { headers } = exchange.response
  const targets = exchange.cacheType === 'shared' ? (exchange.targets ?? DEFAULT_TARGETS) : []
  const steps: ExplanationStep[] = []
  for (const target of targets) {
    const value = headers.get(target)
    const members = unreadTargeted(value).slice(0, MOST)
    const isValid = parseTargeted(value) !== undefined
    steps.push(...members.map((member) => targetedStep(target, member, isValid)))
    // The others behind it do not count.
    if (target === field) return steps
  }
  const members = unreadDirectives(headers.get('cache-control')).slice(0, MOST)
  return [...steps, ...members.map((member) => ownStep(member))]
}

function ownStep(unread: UnreadMember): ExplanationStep {
  const { member, readAs, isUnknown } = unread
  if (isUnknown) return step('directives-unknown', unknownText(unread))
  const fate = readAs === '' ? 'is passed over' : `counts as ${brief(readAs)}`
  return step(
    'directives-unread',
    `"${brief(member)}" can not be read as it stands, and ${fate}.${advice(unread)}`,
  )
}

function targetedStep(target: string, unread: UnreadMember, isValid: boolean): ExplanationStep {
  const { member, readAs, isUnknown } = unread
  if (!isValid) {
    const text = `${fieldName(target)} is no dictionary of structured fields, so all of it is passed over.${advice(unread)}`
    return step('directives-targeted-unread', text)
  }
  if (isUnknown) return step('directives-unknown', unknownText(unread))
  const fate = readAs === '' ? 'is passed over' : `counts as ${brief(readAs)}`
  const text = `"${brief(member)}" has a value or a parameter that the directive does not take, and ${fate}.${advice(unread)}`
  return step('directives-targeted-unread', text)
}

function unknownText(unread: UnreadMember): string {
  return `"${brief(unread.member)}" is no directive that is known, and is passed over.${advice(unread)}`
}

function advice({ member, suggestion }: UnreadMember): string {
  if (suggestion === undefined) return ''
  const hint =
    /[;\s]/.test(member) && suggestion.includes(',') ? 'Commas separate directives: write' : 'Write'
  return ` ${hint} ${brief(suggestion)}.`
}
