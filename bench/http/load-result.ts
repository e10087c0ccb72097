/** What a load tool saw in one run. */
export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers outside 2xx and 3xx, and failures of sockets. */
  readonly failures: number
}

const MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 }

/** Reads what `wrk --latency` prints. Throws an `Error` with the text where a figure is missing. */
export function parseWrk(text: string): LoadResult {
  const figure = (pattern: RegExp): RegExpExecArray => {
    const found = pattern.exec(text)
    if (found === null) throw new Error(`wrk printed nothing like ${pattern}:\n${text}`)
    return found
  }
  const latency = (percentile: number): number => {
    const [, value, unit = ''] = figure(new RegExp(`^\\s*${percentile}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, 'm'))
    return Number(value) * (MS[unit] ?? Number.NaN)
  }
  const status = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? '0'
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? []
  return {
    requests: Number(figure(/(\d+) requests in /)[1]),
    requestsPerSecond: Number(figure(/Requests\/sec:\s+([\d.]+)/)[1]),
    p50Ms: latency(50),
    p99Ms: latency(99),
    failures: [status, ...sockets.slice(1)].reduce((sum, count) => sum + Number(count), 0),
  }
}

interface AutocannonReport {
  readonly requests: { readonly total: number; readonly average: number }
  readonly latency: { readonly p50: number; readonly p99: number }
  /** Failures of sockets; they include the timeouts. */
  readonly errors: number
  readonly non2xx: number
}

/** Reads what `autocannon --json` prints; its latencies are whole milliseconds. Throws a `SyntaxError` for no JSON. */
export function parseAutocannon(text: string): LoadResult {
  const { requests, latency, errors, non2xx } = JSON.parse(text) as AutocannonReport
  return {
    requests: requests.total,
    requestsPerSecond: requests.average,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    failures: errors + non2xx,
  }
}
