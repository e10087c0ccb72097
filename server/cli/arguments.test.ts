import { describe, expect, it } from 'vitest'
import { printable } from './access-log.ts'
import {
  collectHeader,
  parseBytes,
  parseMethod,
  parseOrigin,
  parsePort,
  parseTimeout,
  parseUrl,
} from './arguments.ts'

describe('arguments', () => {
  it.each([
    ['1', 1],
    ['512kb', 524_288],
    ['10mb', 10_485_760],
    ['1.5 MB', 1_572_864],
    ['1GB', 1_073_741_824],
    ['7b', 7],
  ])('%s is a number of bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each(['', '0', '-1', '10 m', 'mb', '1e9', '9999999999gb'])('%j is none', (text) => {
    expect(() => parseBytes(text)).toThrow('Give bytes')
  })

  it('a port is a number that a port can have', () => {
    expect([parsePort('0'), parsePort('65535')]).toEqual([0, 65_535])
    for (const text of ['', '65536', '-1', '80.5', '0x50', 'http'])
      expect(() => parsePort(text)).toThrow('Give a number')
  })

  it('a URL has one of the schemes', () => {
    expect(parseUrl('http', 'https')('https://a')).toBe('https://a')
    expect(() => parseUrl('http', 'https')('redis://a')).toThrow('http:// or https://')
  })

  it('an origin is scheme, host and port, and nothing else', () => {
    expect(['https://Shop.example', 'http://a:8080/', 'https://[::1]:443'].map(parseOrigin)).toEqual([
      'https://shop.example',
      'http://a:8080',
      'https://[::1]',
    ])
    for (const text of [
      '',
      'a',
      '//a',
      'ftp://a',
      'https://a/b',
      'https://a?b',
      'https://a#',
      'https://me@a',
    ])
      expect(() => parseOrigin(text)).toThrow('Give scheme, host and port')
  })
})

describe('the arguments of a request', () => {
  it('a limit is in seconds, and parts of them', () => {
    expect([parseTimeout('10'), parseTimeout('0.25'), parseTimeout('600')]).toEqual([10_000, 250, 600_000])
    for (const text of ['', '0', '-1', '601', '1s', 'Infinity', '1e2'])
      expect(() => parseTimeout(text)).toThrow('Give seconds')
  })

  it('a method is a token, in capitals', () => {
    expect([parseMethod('get'), parseMethod('M-SEARCH')]).toEqual(['GET', 'M-SEARCH'])
    for (const text of ['', 'GET /', 'A\r\nB', 'É']) expect(() => parseMethod(text)).toThrow('Give the name')
  })

  it('fields are gathered in order, and can not break out of their line', () => {
    const first = collectHeader('Accept: text/html ', [])
    expect(collectHeader('X-Empty:', first)).toEqual([
      ['Accept', 'text/html'],
      ['X-Empty', ''],
    ])
    for (const text of ['', 'no colon', ': a', 'A B: c', 'A: b\r\nC: d', 'A: \u{1f40c}'])
      expect(() => collectHeader(text, [])).toThrow("'Name: value'")
  })
})

describe('a path in a log', () => {
  it('can not rewrite the terminal', () => {
    expect(printable('/a\u001b[2K\r\n\u009b\u202eb c')).toBe(
      '/a\\u{1b}[2K\\u{d}\\u{a}\\u{9b}\\u{202e}b\\u{20}c',
    )
  })

  it('is cut at 80 characters', () => {
    expect(printable(`/${'x'.repeat(79)}`)).toHaveLength(80)
    expect(printable(`/${'x'.repeat(80)}`)).toBe(`/${'x'.repeat(76)}...`)
  })
})
