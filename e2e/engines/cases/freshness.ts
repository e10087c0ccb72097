import { type ReuseRow, reuseCase } from '../reuse-case.ts'
import type { Subject } from '../case.ts'

const at = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toUTCString()

const ROWS: readonly ReuseRow[] = [
  {
    name: 'inside max-age it is reused (RFC 9111 §4.2.1)',
    headers: { 'Cache-Control': 'max-age=600' },
    outcome: 'reused',
  },
  {
    name: 'before Expires it is reused (§5.3)',
    headers: { Expires: at(600) },
    outcome: 'reused',
  },
  {
    name: 'after Expires it is asked for (§5.3)',
    headers: { Expires: at(-600) },
    outcome: 'asked',
  },
  {
    name: 'an Expires that is no date means expired (§5.3)',
    headers: { Expires: '0' },
    outcome: 'asked',
  },
  {
    name: 'max-age counts before Expires (§4.2.1)',
    headers: { 'Cache-Control': 'max-age=600', Expires: at(-600) },
    outcome: 'reused',
  },
  {
    name: 'max-age=0 counts before Expires too (§4.2.1)',
    headers: { 'Cache-Control': 'max-age=0', Expires: at(600) },
    outcome: 'asked',
  },
  {
    name: 's-maxage says nothing to a private cache (§5.2.2.10)',
    headers: { 'Cache-Control': 'max-age=0, s-maxage=600' },
    outcome: 'asked',
  },
  {
    name: 'an old Last-Modified and no word on freshness is reused for a tenth of its age (§4.2.2)',
    headers: { 'Last-Modified': at(-864_000) },
    outcome: 'reused',
  },
  {
    name: 'nothing that says how long it is fresh: it is asked for',
    headers: {},
    outcome: 'asked',
  },
  {
    name: 'an Age beyond max-age makes it stale on arrival (§4.2.3)',
    headers: { 'Cache-Control': 'max-age=60', Age: '100' },
    outcome: 'asked',
  },
  {
    name: 'a Date further back than max-age makes it stale on arrival (§4.2.3)',
    headers: { 'Cache-Control': 'max-age=60', Date: at(-100) },
    outcome: 'asked',
  },
  {
    name: 'a Date and an Age within max-age are reused (§4.2.3)',
    headers: { 'Cache-Control': 'max-age=600', Date: at(-100), Age: '90' },
    outcome: 'reused',
  },
  {
    name: 'no-store is not stored (§5.2.2.5)',
    headers: { 'Cache-Control': 'no-store, max-age=600', ETag: '"a"' },
    outcome: 'asked',
  },
  {
    name: 'a directive in quotes is none (§5.2)',
    headers: { 'Cache-Control': 'extension="no-store, max-age=0", max-age=600' },
    outcome: 'reused',
  },
  {
    name: 'a 404 that is fresh is reused (§3)',
    headers: { 'Cache-Control': 'max-age=600' },
    status: 404,
    outcome: 'reused',
  },
  {
    name: 'SW-Cache-Control counts instead of Cache-Control (RFC 9213)',
    headers: { 'Cache-Control': 'max-age=0', 'SW-Cache-Control': 'max-age=600' },
    outcome: 'reused',
  },
  {
    name: 'SW-Cache-Control can keep a response out of the worker alone (RFC 9213)',
    headers: { 'Cache-Control': 'max-age=600', 'SW-Cache-Control': 'no-store' },
    outcome: 'asked',
  },
  {
    name: 'another cache’s targeted field says nothing to the worker (RFC 9213)',
    headers: { 'Cache-Control': 'max-age=600', 'CDN-Cache-Control': 'no-store' },
    outcome: 'reused',
  },
]

export const FRESHNESS: Subject = { subject: 'freshness', cases: ROWS.map(reuseCase) }
