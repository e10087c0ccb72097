import { beforeAll, describe, expect, it } from 'vitest'
import { chooseTests, parseConformanceArguments } from './arguments.ts'
import { SUBJECTS } from './subjects.ts'
import { type Suite, loadSuite } from './suite.ts'
import { browserSubject } from './browser-subject.ts'

describe('the command line', () => {
  it('takes a subject and measures it with the profile of the RFC', () => {
    expect(parseConformanceArguments(['server'])).toEqual({
      subject: 'server',
      profile: 'rfc9111',
      isVerbose: false,
    })
  })

  it('takes a profile, one test and a file', () => {
    const args = ['server', '--profile', 'safe', '--id', 'vary-star', '--json', 'out.json', '--verbose']
    expect(parseConformanceArguments(args)).toEqual({
      subject: 'server',
      profile: 'safe',
      id: 'vary-star',
      json: 'out.json',
      isVerbose: true,
    })
  })

  it.each([
    [[], 'There is no subject "". Take none or server or sw.'],
    [['squid'], 'There is no subject "squid". Take none or server or sw.'],
    [['none', 'server'], 'Name one subject, not also "server".'],
    [['none', '--profile', 'loose'], 'There is no profile "loose". Take rfc9111 or safe.'],
    [['none', '--id', 'a', '--suite', 'b'], 'Give --id or --suite, not both.'],
    [['none', '--quiet'], "Unknown option '--quiet'"],
    [['none', '--pause', '5'], '--pause is no option of "none".'],
    [['sw', '--profile', 'safe'], '--profile is no option of "sw".'],
    [['sw', '--subject', 'sw-toolbox'], 'There is no worker "sw-toolbox". Take drop-in or none'],
    [['sw', '--pause', '1s'], '--pause is "1s". Write whole milliseconds.'],
    [['sw', '--subject', 'none', '--worker', 'sw.js'], '--worker is a build of the drop-in, not of "none".'],
  ])('refuses %j', (args, message) => {
    expect(() => parseConformanceArguments(args)).toThrow(message)
  })
})

it('takes what answers the page in a browser', () => {
  expect(parseConformanceArguments(['sw'])).toEqual({
    subject: 'sw',
    worker: 'drop-in',
    pauseMs: 250,
    isVerbose: false,
  })
  expect(parseConformanceArguments(['sw', '--subject', 'workbox-cf', '--pause', '0'])).toMatchObject({
    worker: 'workbox-cf',
    pauseMs: 0,
  })
})

describe('a choice of tests', () => {
  const proxy = SUBJECTS.none()
  let suite: Suite
  beforeAll(async () => {
    suite = await loadSuite(undefined)
  })

  it('is every test when nothing is chosen', () => {
    expect(chooseTests(suite, proxy, {})).toBeUndefined()
  })

  it('finds a test by its id and a suite by its id or its name', () => {
    expect(chooseTests(suite, proxy, { id: 'freshness-max-age' })).toEqual(['freshness-max-age'])
    const byId = chooseTests(suite, proxy, { suite: 'vary-parse' })
    expect(byId).toHaveLength(7)
    expect(chooseTests(suite, proxy, { suite: 'Vary Parsing' })).toEqual(byId)
  })

  it('says what it does not have', () => {
    expect(() => chooseTests(suite, proxy, { id: 'nope' })).toThrow(
      'http-cache-tests 0.4.5 (npm) has no test "nope".',
    )
    expect(() => chooseTests(suite, proxy, { suite: 'nope' })).toThrow('It has cc-freshness, cc-parse,')
  })

  it('leaves out what only a browser can answer', () => {
    const id = 'freshness-max-age-s-maxage-private'
    expect(() => chooseTests(suite, proxy, { id })).toThrow(
      'The test "freshness-max-age-s-maxage-private" is not for the subject "none".',
    )
    const browser = browserSubject({ worker: 'drop-in', pauseMs: 0 })
    expect(chooseTests(suite, browser, { id })).toEqual([id])
    expect(() => chooseTests(suite, browser, { id: 'other-authorization' })).toThrow(
      'is not for the subject "sw',
    )
  })
})

it('a folder without the suite is refused by name', async () => {
  await expect(loadSuite('/')).rejects.toThrow('CACHE_TESTS_DIR is "/"')
})
