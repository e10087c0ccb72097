import { type Credential, isNeverInput } from './inputs.ts'
import { type ReadSite, findReadSite } from './read-site.ts'

/** One input of a response, and where in the code it was read. */
export interface Read extends ReadSite {
  readonly input: string
}

/** What one request's handlers have read of it, up to the moment at which the response's headers leave. */
export class ReadLog {
  readonly #reads = new Map<string, Read>()
  #pauses = 0
  #isClosed = false
  /** Which credentials anything has looked at: the fields from which a `request.user` was made. */
  readonly credentials = new Set<Credential>()

  get reads(): readonly Read[] {
    return [...this.#reads.values()]
  }

  /** Notes a read by whoever is on the stack. */
  note(input: string): void {
    if (this.#isClosed || this.#pauses > 0) return
    if (isNeverInput(input)) return
    const site = findSafely()
    if (site === 'own') return
    if (input === 'header:cookie') this.credentials.add('cookie')
    if (input === 'header:authorization') this.credentials.add('authorization')
    if (site === 'harmless') return
    const key = `${input} ${site.at}`
    if (!this.#reads.has(key)) this.#reads.set(key, { input, ...site })
  }

  /** Runs what reads only in order to answer a read that is noted already. */
  quietly<T>(work: () => T): T {
    this.#pauses += 1
    try {
      return work()
    } finally {
      this.#pauses -= 1
    }
  }

  /** From here on nothing that is read can change the headers. */
  close(): void {
    this.#isClosed = true
  }
}

/** Where the language's own objects are frozen a stack can't be looked at, and a read must still be answered. */
function findSafely(): ReturnType<typeof findReadSite> {
  try {
    return findReadSite()
  } catch {
    return 'harmless'
  }
}
