import express, { type Express, type Request, type Response } from 'express'

// One process serves one subject, so its count is the module's.
let calls = 0

/** How often a handler of this process has run: what tells a hit from a miss. */
export function handlerCalls(): number {
  return calls
}

/** The object behind `/items/:id`: about 10 kB of JSON, other bytes for each id. */
function item(id: string): object {
  return {
    id,
    reviews: Array.from({ length: 70 }, (_, index) => ({
      author: `reader-${index}`,
      stars: 1 + (index % 5),
      title: 'Crisp, and just sweet enough',
      text: 'Arrived in a paper bag within two days; not one was bruised.',
    })),
  }
}

const reviews = item('0')

/** What a handler answers: the data is at hand, so that what is measured is the way to the wire. */
export function load(id: string): object {
  calls += 1
  return { ...reviews, id }
}

/** The bare handler: no header but Express's own. */
export function answer(request: Request<{ id: string }>, response: Response): void {
  response.json(load(request.params.id))
}

/** The same for those who obey headers: fresh for longer than any bench. */
export function answerForCaches(request: Request<{ id: string }>, response: Response): void {
  response.set('Cache-Control', 'public, max-age=3600')
  response.json(load(request.params.id))
}

export const PATH = '/items/:id'

/** The application that caches in front of Express stand before. */
export function cacheableApp(): Express {
  return express().get(PATH, answerForCaches)
}

/** The body that every subject must answer with, byte for byte. */
export function expectedBody(id: string): string {
  return JSON.stringify(item(id))
}
