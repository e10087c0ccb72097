import type { Problem } from './result.ts'

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'Please sign in first.',
  403: 'This account is not allowed to do that.',
  404: 'It is not there any more.',
  409: 'It has changed meanwhile. Please look again.',
  429: 'That was a lot at once. Please wait a moment.',
}

/** Says to a person what went wrong and what to do. */
export function describeProblem(problem: Problem): string {
  if (problem.kind === 'unreachable') return 'The shop is out of reach. Check the connection and try again.'
  const { message } = problem.details
  if (problem.status < 500 && typeof message === 'string' && message !== '') return message
  return REFUSALS[problem.status] ?? `The shop had trouble (${problem.code}). Please try again.`
}
