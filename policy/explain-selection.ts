import { type ExplanationStep, brief, fieldName, listed, step } from './explanation-step.ts'
import { parseCacheGroups } from './groups.ts'
import type { HeaderReader } from './header-reader.ts'
import { type SearchRule, parseNoVarySearch } from './no-vary-search.ts'
import { parseVary } from './vary.ts'

/** Which requests it answers, and what lets go of it. */
export function explainSelection(headers: HeaderReader) {
  const names = parseVary(headers.get('vary'))
  const vary = names === '*' ? [] : names
  const searchField = headers.get('no-vary-search')
  const search = parseNoVarySearch(searchField)
  const groups = parseCacheGroups(headers.get('cache-groups'))
  const steps: ExplanationStep[] = []
  if (vary.length > 0) {
    steps.push(
      step('vary-match', `It answers only requests with the same ${brief(vary.map(fieldName).join(', '))}.`),
    )
  }
  if (searchField) steps.push(step('search-rule', searchText(search)))
  if (search.isObsoleteSyntax) {
    const text =
      'No-Vary-Search is written in the old way, with params as a boolean: now it is params=("a"), or except=().'
    steps.push(step('search-obsolete-syntax', text))
  }
  if (groups.length > 0) {
    steps.push(step('groups-member', `Whoever invalidates ${listed(groups)} at this origin lets go of it.`))
  }
  return { steps, facts: { vary, search, groups } }
}

function searchText({ keyOrder, ignores }: SearchRule): string {
  const order = keyOrder ? ', and neither does the order of keys' : ''
  if (ignores === 'none') {
    return keyOrder ? 'The order of keys in the query makes no difference.' : 'The query counts as it stands.'
  }
  if (ignores === 'all') return 'The query makes no difference.'
  return 'only' in ignores
    ? `In the query ${listed(ignores.only)} make no difference${order}.`
    : `In the query nothing but ${listed(ignores.except)} makes a difference${order}.`
}
