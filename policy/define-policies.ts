import { ThermoclineError, describeValue } from './errors.ts'
import type { Policies, RoutePolicy } from './route-policy.ts'

/**
 * Names an application's route policies, once, for every layer to read.
 * Throws `option-invalid` for a value that no preset made.
 */
export function definePolicies<const Name extends string>(
  policies: Record<Name, RoutePolicy>,
): Policies<Name> {
  if (typeof policies !== 'object' || policies === null || Array.isArray(policies)) {
    throw new ThermoclineError(
      'option-invalid',
      `The policies are ${describeValue(policies)}. Give an object: { page: revalidate(), ... }.`,
    )
  }
  for (const [name, policy] of Object.entries<unknown>(policies)) {
    if (typeof policy === 'object' && policy !== null && 'browserMs' in policy && 'kind' in policy) continue
    throw new ThermoclineError(
      'option-invalid',
      `The policy \`${name}\` is ${describeValue(policy)}. ` +
        'Make it with a preset: immutable(), revalidate(), publicData(), privateData() or noStore().',
    )
  }
  return Object.freeze({ ...policies })
}

/** The policy of that name. Throws `policy-unknown`, naming those that exist. */
export function findPolicy(policies: Policies, name: string): RoutePolicy {
  const policy = Object.hasOwn(policies, name) ? policies[name] : undefined
  if (policy !== undefined) return policy
  const names = Object.keys(policies)
  throw new ThermoclineError(
    'policy-unknown',
    names.length === 0
      ? `There is no policy ${describeValue(name)}: none were given. Give them as in createTieredCache({ policies }).`
      : `There is no policy ${describeValue(name)}. Defined are: ${names.join(', ')}.`,
  )
}
