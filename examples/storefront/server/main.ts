import { USAGE, readArguments } from './launcher/arguments.ts'
import { type Launched, launch } from './launcher/launch.ts'
import { StartupError } from './launcher/startup-error.ts'
import { Teardown } from './launcher/teardown.ts'

const LONGEST_STOP_MS = 10_000

const teardown = new Teardown()
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
process.on('uncaughtException', (error) => void fail(error))
process.on('unhandledRejection', (error) => void fail(error))
// Whoever read the output has gone; stopping in order matters more than saying so.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => void stop(0))

try {
  const options = readArguments(process.argv.slice(2), process.env)
  if (options === 'help') {
    console.log(USAGE)
  } else {
    const launched = await launch(options, teardown, (line) => console.log(line))
    if (!isStopping) {
      announce(launched)
      void launched.unexpectedEnd.then((what) => fail(new StartupError(what)))
    }
  }
} catch (error) {
  await fail(error)
}

function announce({ addresses, database, redis, products, categories }: Launched): void {
  console.log(`
  Thermocline storefront

  database   ${database}
  redis      ${redis}
  catalogue  ${products.toLocaleString('en')} products in ${categories} categories
  sign in    ada@example.com / ada, or admin@example.com / admin
`)
  for (const address of addresses) console.log(`Storefront ready at ${address}`)
  console.log('Press Ctrl+C to stop.')
}

async function fail(error: unknown): Promise<void> {
  // What is still failing while everything stops follows from that.
  if (isStopping) return
  console.error(error instanceof StartupError ? `storefront: ${error.message}` : error)
  await stop(1)
}

async function stop(exitCode: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref()
  await teardown.run()
  process.exit(exitCode)
}
