import { AssertionError } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Case, Subject } from './case.ts'
import { Chromium } from './chromium.ts'
import type { Engine, EngineName, Tab } from './engine.ts'
import { Firefox } from './firefox.ts'
import { Kit } from './kit.ts'
import type { CaseResult, EngineResult } from './report.ts'
import { WebKit } from './webkit.ts'

/** There to end what hangs; a machine that is busy with other things must not fail a case. */
const LIMIT_MS = 120_000

const START: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  chromium: () => Chromium.start(),
  firefox: () => Firefox.start(),
  webkit: () => WebKit.start(),
}

/** Runs cases in an engine, one after another. `onResult` hears of each. */
export async function runEngine(
  name: EngineName,
  subjects: readonly Subject[],
  script: string,
  onResult: (result: CaseResult) => void,
): Promise<EngineResult> {
  const startMs = performance.now()
  const cases: CaseResult[] = []
  const engine = await START[name]()
  try {
    // Each case has an origin of its own, so that one tab will do, and a new one takes WebKit seconds.
    let tab = await engine.newTab()
    for (const { subject, cases: ofSubject } of subjects) {
      for (const given of ofSubject) {
        const error = await runCase(engine, tab, given, script)
        if (error !== undefined) {
          await tab.close().catch(() => {})
          tab = await engine.newTab()
        }
        const lacks = given.lacks?.[name]
        const result: CaseResult = {
          subject,
          name: given.name,
          ...(error === undefined ? {} : { error }),
          ...(lacks === undefined ? {} : { lacks }),
        }
        cases.push(result)
        onResult(result)
      }
    }
    const { version } = engine
    return { engine: name, version, seconds: (performance.now() - startMs) / 1_000, cases }
  } finally {
    await engine.close()
  }
}

/** Returns what went wrong, if anything did. */
async function runCase(
  engine: Engine,
  tab: Tab,
  { run, prelude, pages }: Case,
  script: string,
): Promise<string | undefined> {
  let kit: Kit | undefined
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It had not ended after ${LIMIT_MS / 1_000} s.`)), LIMIT_MS)
  })
  const whole = async (): Promise<void> => {
    kit = await Kit.open(engine, tab, { script, prelude, pages })
    await run(kit)
  }
  try {
    await Promise.race([whole(), limit])
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    clearTimeout(timer)
    await kit?.close().catch(() => {})
  }
}

/** On one line, without the stack of what drives the browser. */
function reasonOf(error: unknown): string {
  if (error instanceof AssertionError && error.generatedMessage) {
    const [got, wanted] = [error.actual, error.expected].map((value) =>
      inspect(value, { breakLength: Infinity }),
    )
    return `Got ${got}, not ${wanted}.`
  }
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
}
