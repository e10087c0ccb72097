import { isThermoclineError } from '../../policy/index.ts'

/** Something that the user of the command can mend. `exitCode` 2 is for a command line that makes no sense. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

const SYSTEM: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Something else listens there already. Choose another --port.',
  EADDRNOTAVAIL: 'This machine has no such address. Choose another --host.',
  EACCES: 'Only an administrator may listen there. Choose a --port above 1023.',
  ENOTFOUND: 'There is no host of that name. Choose another --host.',
}

/** Every option, name and length of time that the library is given here comes from the command line. */
const OF_USAGE: ReadonlySet<string> = new Set([
  'option-invalid',
  'group-invalid',
  'key-invalid',
  'duration-invalid',
])

function isUsage(error: unknown): boolean {
  return isThermoclineError(error) && OF_USAGE.has(error.code)
}

/** What every command's help ends with. */
export const EXIT_CODES =
  '\nExit codes: 0 done, 1 failed, 2 a command line that makes no sense (nothing was done).'

/** One line on what went wrong, and the exit code. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  const exitCode = error instanceof CommandError ? error.exitCode : isUsage(error) ? 2 : 1
  const message = error instanceof Error ? error.message : String(error)
  const advice = SYSTEM[(error as NodeJS.ErrnoException | null)?.code ?? '']
  // The documentation has a heading for it.
  const code = isThermoclineError(error) ? ` (${error.code})` : ''
  const line = `thermocline: ${message}${code}${advice === undefined ? '' : `. ${advice}`}`
  return { line: line.replaceAll(/\s*\n\s*/g, ' '), exitCode }
}
