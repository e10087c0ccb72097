import { expect, test } from 'vitest'
import { commandsBetween, parseInfo } from './redis-counts.ts'

const info = (get: number, pings: number, reads: number): string =>
  [
    '# Commandstats',
    `cmdstat_get:calls=${get},usec=100,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    `cmdstat_client|list:calls=${pings},usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    `cmdstat_xread:calls=${pings},usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    `cmdstat_info:calls=${pings},usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    '# Stats',
    `total_reads_processed:${reads}`,
  ].join('\r\n')

test('counts by command and reads are taken from what Redis prints', () => {
  const { commands, reads } = parseInfo(info(7, 2, 40))
  expect([...commands]).toEqual([
    ['get', 7],
    ['client|list', 2],
    ['xread', 2],
    ['info', 2],
  ])
  expect(reads).toBe(40)
})

test('what clients send of themselves is not part of an operation', () => {
  expect(commandsBetween(parseInfo(info(7, 2, 40)), parseInfo(info(107, 50, 200)))).toBe(100)
})

test('a command that was not there before counts from nothing', () => {
  expect(commandsBetween(parseInfo(''), parseInfo(info(3, 1, 1)))).toBe(3)
})
