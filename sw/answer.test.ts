import { describe, expect, it } from 'vitest'
import { createAnswer } from './answer.ts'

const hit = { hit: true, ttl: 5 } as const

describe('what a page is given', () => {
  it('replaces the two metrics and keeps the others, commas in quotes and all', () => {
    const headers = {
      'Server-Timing': 'db;dur=53;desc="a, b", Cache;desc="L1; hit", age;dur=3, ageing;dur=1',
    }
    const answer = createAnswer(new Response('x', { headers }), { age: 7, isStored: true, did: hit })
    expect(answer.headers.get('server-timing')).toBe(
      'db;dur=53;desc="a, b", ageing;dur=1, cache;desc="SW; hit; ttl=5", age;dur=7000',
    )
  })

  it('quotes what a description may not hold', () => {
    const headers = { 'Cache-Status': 'L1; hit; key="a\\\\b"' }
    const answer = createAnswer(new Response('x', { headers }), { age: 0, isStored: true, did: hit })
    expect(answer.headers.get('server-timing')).toBe(
      String.raw`cache;desc="L1; hit; key=\"a\\\\b\", SW; hit; ttl=5", age;dur=0`,
    )
  })

  it('has this cache’s age only where this cache answered', () => {
    const response = { status: 200, statusText: '', headers: new Headers({ Age: '3' }), body: null }
    expect(createAnswer(response, { age: 9, isStored: true, did: hit }).headers.get('age')).toBe('9')
    const forwarded = createAnswer(response, { age: 9, isStored: false, did: { fwd: 'uri-miss' } })
    expect(forwarded.headers.get('age')).toBe('3')
  })
})
