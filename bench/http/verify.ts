import { waitUntil } from '../../test/support/wait-until.ts'
import type { RunningSubject } from './node-subject.ts'
import { expectedBody } from './route.ts'
import type { Subject } from './subjects.ts'

const PROBES = 5

/** Says what is wrong with a subject's answers, or `undefined`: a rate of wrong answers must not be printed. */
export async function findFault(subject: Subject, running: RunningSubject): Promise<string | undefined> {
  const url = `${running.url}/items/1`
  const wrong = await wrongAnswer(url)
  if (wrong !== undefined) return wrong
  if (subject.handler === 'first' && !(await isStoredSoon(url, running)))
    return 'never answers from its cache'
  const before = await running.calls()
  for (let probe = 0; probe < PROBES; probe += 1) {
    const wrong = await wrongAnswer(url)
    if (wrong !== undefined) return wrong
  }
  return findMiscount(subject, (await running.calls()) - before, PROBES)
}

/** Says whether a handler ran more or less often than a subject promises. */
export function findMiscount(
  { handler }: Pick<Subject, 'handler'>,
  calls: number,
  requests: number,
): string | undefined {
  if (handler === 'each') {
    return calls >= requests ? undefined : `${requests} requests, but the handler ran ${calls} times`
  }
  return calls === 0
    ? undefined
    : `the handler ran ${calls} times in ${requests} requests that should be hits`
}

async function wrongAnswer(url: string): Promise<string | undefined> {
  const response = await fetch(url)
  const body = await response.text()
  if (response.status !== 200) return `answered ${response.status}`
  return body === expectedBody('1') ? undefined : `answered another body, ${body.length} characters long`
}

/** Some store after they have answered. */
async function isStoredSoon(url: string, running: RunningSubject): Promise<boolean> {
  const isHit = async (): Promise<boolean> => {
    const before = await running.calls()
    await (await fetch(url)).arrayBuffer()
    return (await running.calls()) === before
  }
  try {
    await waitUntil(isHit, 'a hit', 2_000)
    return true
  } catch {
    return false
  }
}
