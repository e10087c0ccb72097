import type { EngineName } from './engine.ts'

/** How one case went in one engine. */
export interface CaseResult {
  readonly subject: string
  readonly name: string
  /** Why it failed. */
  readonly error?: string
  /** Why the engine was said not to be able to pass it. */
  readonly lacks?: string
}

export interface EngineResult {
  readonly engine: EngineName
  readonly version: string
  readonly seconds: number
  readonly cases: readonly CaseResult[]
}

/** Whether a case went as it should: it passed, or failed as declared. */
export function isAsDeclared({ error, lacks }: CaseResult): boolean {
  return (error === undefined) === (lacks === undefined)
}

/** How a case went, while the others are still to come. */
export function progressLine(result: CaseResult): string {
  const { subject, name, error, lacks } = result
  const word = isAsDeclared(result) ? (lacks === undefined ? 'ok    ' : 'lacks ') : 'FAILED'
  return `${word} ${subject}: ${name}${error === undefined ? '' : `\n    ${error}`}`
}

/** What a reader wants to know at the end: figures for each engine, what failed and why, what is lacking. */
export function reportLines(results: readonly EngineResult[]): string[] {
  const lines = results.flatMap(({ engine, version, seconds, cases }) => {
    const passed = cases.filter(({ error }) => error === undefined).length
    return [
      `${engine} ${passed}/${cases.length} (${version}, ${seconds.toFixed(0)} s)`,
      ...cases.flatMap((result) => caseLines(result)),
    ]
  })
  const cases = results.flatMap((result) => result.cases)
  const failed = cases.filter((result) => !isAsDeclared(result)).length
  const totals = results.map((result) => {
    const passed = result.cases.filter(({ error }) => error === undefined).length
    return `${result.engine} ${passed}/${result.cases.length}`
  })
  return [...lines, '', totals.join(', '), `${cases.length - failed} passed, ${failed} failed`]
}

function caseLines({ subject, name, error, lacks }: CaseResult): string[] {
  const title = `${subject}: ${name}`
  if (lacks === undefined) return error === undefined ? [] : [`  FAILED ${title}`, `    ${error}`]
  if (error === undefined)
    return [`  FAILED ${title}`, `    It passed, though it was declared as lacking: ${lacks}`]
  return [`  lacks  ${title}`, `    ${lacks}`]
}
