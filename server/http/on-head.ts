import { ServerResponse } from 'node:http'
import { takeHead } from './response-head.ts'

/**
 * Calls `listener` when the head of a response is complete and nothing has left yet; it may change fields. Listeners that
 * were there before this one are called after it.
 */
export function onHead(response: ServerResponse, listener: () => void): void {
  const { writeHead } = response as { readonly writeHead: (...head: unknown[]) => ServerResponse }
  let isDone = false
  response.writeHead = (...head: unknown[]) => {
    if (isDone) return Reflect.apply(writeHead, response, head)
    // Throws for a status that is none; what the application says instead is another head.
    takeHead(response, head)
    isDone = true
    listener()
    return Reflect.apply(writeHead, response, [response.statusCode])
  }
}

/** Whether somebody else waits for a response's head, and may change it after this. */
export function isWatched(response: ServerResponse): boolean {
  return response.writeHead !== ServerResponse.prototype.writeHead
}
