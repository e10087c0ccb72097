/** Stops in order at the first SIGINT or SIGTERM, at once at the second. */
export function stopOnSignals(stop: () => Promise<void>, say: (line: string) => void): void {
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals): void => {
    // What shells report for a process that a signal has ended.
    if (isStopping) process.exit(signal === 'SIGINT' ? 130 : 143)
    isStopping = true
    say('Stopping; once more to stop at once.')
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
