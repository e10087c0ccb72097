/** A promise that settles as `work` does, or rejects after `timeoutMs`. The work itself goes on; its late failure is swallowed. */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`${what} took longer than ${timeoutMs} ms.`))
    // Timers come before sockets in Node's loop: after a pause of this process the answer may be there, unread.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
