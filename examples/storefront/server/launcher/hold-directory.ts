import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type Server, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Makes this process the only one that uses a directory; `undefined` where another has it. The claim is a listening
 * socket, so it ends with the process, however that ends, and leaves no stale lock.
 */
export async function holdDirectory(directory: string): Promise<(() => Promise<void>) | undefined> {
  const path = socketPath(directory)
  const claim = await listen(path)
  if (claim !== undefined) return claim
  if (await answers(path)) return undefined
  await rm(path, { force: true })
  return listen(path)
}

function socketPath(directory: string): string {
  const name = `thermocline-storefront-${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

async function listen(path: string): Promise<(() => Promise<void>) | undefined> {
  const server: Server = createServer((socket) => socket.destroy())
  try {
    server.listen(path)
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
  server.unref()
  return async () => {
    server.close()
    await once(server, 'close')
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
