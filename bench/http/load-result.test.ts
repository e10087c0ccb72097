import { expect, test } from 'vitest'
import { parseAutocannon, parseWrk } from './load-result.ts'

const WRK = `Running 2s test @ http://127.0.0.1:4000/items/1
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.70ms  635.91us  12.92ms   93.69%
    Req/Sec    10.65k   412.53    11.20k    86.54%
  Latency Distribution
     50%    4.52ms
     75%    4.91ms
     90%  700.00us
     99%    1.20s 
  21307 requests in 2.00s, 200.12MB read
Requests/sec:  10650.25
Transfer/sec:    100.03MB
`

test('the figures of wrk are read, its units as milliseconds', () => {
  expect(parseWrk(WRK)).toEqual({
    requests: 21_307,
    requestsPerSecond: 10_650.25,
    p50Ms: 4.52,
    p99Ms: 1_200,
    failures: 0,
  })
  expect(parseWrk(WRK.replace('4.52ms', '250.00us')).p50Ms).toBeCloseTo(0.25)
})

test('what wrk says of wrong statuses and broken sockets counts as failures', () => {
  const complaints =
    '  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 50000\n'
  expect(parseWrk(WRK.replace('Requests/sec', `${complaints}Requests/sec`)).failures).toBe(54_321)
})

test('a figure that wrk did not print is an error that shows what it did print', () => {
  expect(() => parseWrk('unable to connect to 127.0.0.1')).toThrow('unable to connect to 127.0.0.1')
})

test('the figures of autocannon are read', () => {
  const report = {
    requests: { total: 4_000, average: 2_000.5 },
    latency: { p50: 3, p99: 11 },
    errors: 2,
    timeouts: 1,
    non2xx: 5,
  }
  expect(parseAutocannon(JSON.stringify(report))).toEqual({
    requests: 4_000,
    requestsPerSecond: 2_000.5,
    p50Ms: 3,
    p99Ms: 11,
    failures: 7,
  })
})
