import { ThermoclineError, describeValue } from './errors.ts'
import { assertGroupName } from './groups.ts'

const OWNED = /~([0-9a-f]{24})$/
const OWNER_TAG = /^[0-9a-f]{24}$/

/**
 * The name of a group that is one user's own, such as a cart: the word, `~`, and the user's tag. Who may be told that it has been
 * invalidated is then in the name itself, wherever the name goes. Throws `group-invalid`, `option-invalid`.
 */
export function ownedGroup(name: string, ownerTag: string): string {
  if (!OWNER_TAG.test(ownerTag)) {
    throw new ThermoclineError(
      'option-invalid',
      `An owner's tag is ${describeValue(ownerTag)}. It has 24 of 0-9 and a-f: take \`ownGroup(user, name)\`, which makes it.`,
    )
  }
  const group = `${name}~${ownerTag}`
  assertGroupName(group)
  return group
}

/** Whose own a group is, by its tag; `undefined` where it is everybody's. */
export function ownerTagOf(group: string): string | undefined {
  return OWNED.exec(group)?.[1]
}
