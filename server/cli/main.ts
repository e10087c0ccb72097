#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { EXIT_CODES, describeFailure } from './fail.ts'
import { adviseCommand } from './advise-command.ts'
import { explainCommand } from './explain-command.ts'
import { invalidateCommand } from './invalidate-command.ts'
import { proxyCommand } from './proxy-command.ts'

/** One function for each command; each has a file of its own. */
const COMMANDS = [adviseCommand, explainCommand, invalidateCommand, proxyCommand]

const program = new Command('thermocline')
  .description('HTTP caching from the command line.')
  .version(readVersion(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .showSuggestionAfterError()

for (const makeCommand of COMMANDS) program.addCommand(makeCommand().copyInheritedSettings(program))
for (const command of [program, ...program.commands]) {
  command
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'thermocline: ')
            .trim()
            .replaceAll('\n', ' ')}\n`,
        ),
    })
}

// Whoever read the output has gone, as `| head` does.
process.stdout.on('error', () => process.exit(0))

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what it had to say. 0 for help and version, and 2 for a command line that makes no sense.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const { line, exitCode } = describeFailure(error)
    console.error(line)
    process.exitCode = exitCode
  }
}

/** From the package's own file: two folders up from the source, three from what is built of it. */
function readVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string
        version?: string
      }
      if (name === 'thermocline' && version !== undefined) return version
    } catch {
      // Not at this depth.
    }
  }
  return 'unknown'
}
