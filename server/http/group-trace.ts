import { ownerTagOf } from '../../policy/index.ts'
import { isUrlName } from '../response-groups.ts'
import { LayerTrace, type TierLookup } from '../trace.ts'

/** More are not worth remembering to say which some of them are. */
const MOST_GROUPS = 100

/** Remembers as well which groups the values were in that a request was answered with. */
export class GroupTrace extends LayerTrace {
  readonly #groups = new Set<string>()

  /** Those that may be told to everybody. */
  get groups(): ReadonlySet<string> {
    return this.#groups
  }

  override record(lookup: TierLookup): void {
    super.record(lookup)
    for (const group of lookup.groups ?? []) {
      if (this.#groups.size >= MOST_GROUPS) return
      if (!isUrlName(group) && ownerTagOf(group) === undefined) this.#groups.add(group)
    }
  }
}
