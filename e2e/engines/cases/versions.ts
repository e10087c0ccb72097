import type { WorkerOrigin } from '../../worker-origin.ts'

/** Beside `Age: 100` it is stale on arrival, so that no case waits for time to pass. */
export const STALE = 'max-age=60'

interface Versions {
  version: number
  headers: Readonly<Record<string, string>>
  /** Until then nothing is answered. */
  held: Promise<void>
}

/** A path that says which version it is, has its ETag, and answers a validator that holds with 304. */
export function versions(
  origin: WorkerOrigin,
  path: string,
  headers: Readonly<Record<string, string>>,
): Versions {
  const state: Versions = { version: 1, headers, held: Promise.resolve() }
  origin.route(path, async (request, response) => {
    await state.held
    const etag = `"v${state.version}"`
    const isSame = request.headers['if-none-match'] === etag
    response.writeHead(isSame ? 304 : 200, { ...state.headers, ETag: etag })
    response.end(isSame ? undefined : `version ${state.version}`)
  })
  return state
}

/** A promise that resolves when it is told to. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
