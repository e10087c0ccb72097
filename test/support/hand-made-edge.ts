import type { EdgeAbilities, EdgePurger, EdgeRate, PurgeRequest } from '../../server/edges/edge-purger.ts'

/** An edge that is a plain object: writes down what it is asked, and does what it is told to. */
export class HandMadeEdge implements EdgePurger {
  readonly name: string
  readonly abilities: EdgeAbilities
  readonly mostNames = { groups: 3, urls: 2 }
  readonly rate?: EdgeRate
  /** What it has taken. */
  readonly taken: PurgeRequest[] = []
  /** How often it was asked. */
  asked = 0
  /** Comes before it takes anything. */
  before: (request: PurgeRequest, signal: AbortSignal) => void | Promise<void> = () => {}

  constructor(name = 'edge', abilities: Partial<EdgeAbilities> = {}, rate?: EdgeRate) {
    this.name = name
    this.abilities = { groups: true, urls: true, everything: true, expire: true, ...abilities }
    if (rate !== undefined) this.rate = rate
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    return { 'Edge-Groups': groups.join(' ') }
  }

  async purge(request: PurgeRequest, signal: AbortSignal): Promise<void> {
    this.asked += 1
    await this.before(request, signal)
    this.taken.push(request)
  }

  /** The names it has let go of, in order; `*` for everything. */
  get names(): string[] {
    return this.taken.flatMap(({ kind, names }) => (kind === 'everything' ? ['*'] : names))
  }
}
