import { tryPort } from './free-port.ts'
import { StartupError } from './startup-error.ts'

/** Makes sure that every port can be had before anything is started. Throws `StartupError`. */
export async function checkPorts(host: string, port: number, instances: number): Promise<void> {
  if (port === 0) return
  for (let candidate = port; candidate < port + instances; candidate++) {
    try {
      await tryPort(host, candidate)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') throw portTaken(host, candidate)
      if (code === 'EACCES') {
        throw new StartupError(
          `Port ${candidate} may not be used by this account. Choose one above 1023 with --port.`,
          {
            cause: error,
          },
        )
      }
      throw new StartupError(`Cannot listen on ${host}:${candidate} (${message}). Check --host and --port.`, {
        cause: error,
      })
    }
  }
}

export function portTaken(host: string, port: number): StartupError {
  return new StartupError(
    `Port ${port} on ${host} is taken. Stop the program that listens there, or choose another port: --port 0 takes any.`,
  )
}
