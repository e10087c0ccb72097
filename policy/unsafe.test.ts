import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { decideInvalidation } from './unsafe.ts'

const URL_OF_TARGET = 'https://a.example/items/1'

const decide = (fields: Record<string, string> = {}, method = 'POST', status = 200, url = URL_OF_TARGET) =>
  decideInvalidation({ method, status, url, headers: new Headers(fields) })

describe('RFC 9111 §4.4', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH'])('%s makes the target invalid', (method) => {
    expect(decide({}, method)).toEqual({ urls: [URL_OF_TARGET], groups: [], rule: 'invalidate-unsafe' })
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'get'])('%s makes nothing invalid', (method) => {
    const fields = { location: '/x', 'cache-group-invalidation': '"a"' }
    expect(decide(fields, method)).toEqual({ urls: [], groups: [], rule: 'invalidate-safe-method' })
  })

  it.each([200, 201, 204, 301, 303, 399])('a %i counts', (status) => {
    expect(decide({}, 'POST', status).urls).toEqual([URL_OF_TARGET])
  })

  it.each([100, 199, 400, 404, 500, Number.NaN])('a %i does not', (status) => {
    expect(decide({}, 'POST', status)).toMatchObject({ urls: [], rule: 'invalidate-error-status' })
  })

  it.each([
    ['relative', '2', 'https://a.example/items/2'],
    ['from the root', '/2?q#f', 'https://a.example/2?q'],
    ['absolute, the default port written out', 'https://A.example:443/x', 'https://a.example/x'],
    ['without the scheme', '//a.example/x', 'https://a.example/x'],
  ])('Location and Content-Location count: %s', (_, reference, expected) => {
    expect(decide({ location: reference }).urls).toEqual([URL_OF_TARGET, expected])
    expect(decide({ 'content-location': reference }).urls).toEqual([URL_OF_TARGET, expected])
  })

  it.each([
    ['http://a.example/x'],
    ['https://b.example/x'],
    ['https://a.example:444/x'],
    ['//b.example/x'],
    ['https://a.example.b.example/x'],
    ['data:,x'],
    ['https://['],
  ])('but not of another origin, nor malformed: %s', (location) => {
    expect(decide({ location }).urls).toEqual([URL_OF_TARGET])
  })

  it('nothing is named twice', () => {
    const urls = decide({ location: '/a', 'content-location': '/a#x' }).urls
    expect(urls).toEqual([URL_OF_TARGET, 'https://a.example/a'])
  })

  it('a target that is no URL, or has no origin, makes no other invalid', () => {
    expect(decide({ location: 'https://a.example/' }, 'POST', 200, 'nonsense').urls).toEqual([])
    expect(decide({ location: 'data:,b' }, 'POST', 200, 'data:,a').urls).toEqual(['data:,a'])
  })
})

describe('Cache-Group-Invalidation (RFC 9875 §3)', () => {
  it('names groups by any string, in any case', () => {
    const headers = new Headers([
      ['cache-group-invalidation', '"Product:1", "a b"'],
      ['cache-group-invalidation', '"product:1", "a b"'],
    ])
    const { groups } = decideInvalidation({ method: 'PUT', status: 204, url: URL_OF_TARGET, headers })
    expect(groups).toEqual(['Product:1', 'a b', 'product:1'])
  })

  it('counts on an error too, and not at all where it is malformed', () => {
    expect(decide({ 'cache-group-invalidation': '"a"' }, 'POST', 500).groups).toEqual(['a'])
    expect(decide({ 'cache-group-invalidation': '"a' }).groups).toEqual([])
  })
})

property(
  'never throws, and never leaves the origin of the target',
  [fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), fc.string()],
  (reference, groups, method) => {
    const fields: Record<string, string> = { location: reference, 'cache-group-invalidation': groups }
    const headers = { get: (name: string) => fields[name] }
    const { urls } = decideInvalidation({ method, status: 200, url: URL_OF_TARGET, headers })
    expect(urls.every((url) => url.startsWith('https://a.example/'))).toBe(true)
  },
)
