import { beforeAll, describe, expect, it } from 'vitest'
import { chooseTests, parseConformanceArguments } from './arguments.ts'
import { type Suite, loadSuite } from './suite.ts'

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
    [[], 'There is no subject "". Take none or server.'],
    [['squid'], 'There is no subject "squid". Take none or server.'],
    [['none', 'server'], 'Name one subject, not also "server".'],
    [['none', '--profile', 'loose'], 'There is no profile "loose". Take rfc9111 or safe.'],
    [['none', '--id', 'a', '--suite', 'b'], 'Give --id or --suite, not both.'],
    [['none', '--quiet'], "Unknown option '--quiet'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseConformanceArguments(args)).toThrow(message)
  })
})

describe('a choice of tests', () => {
  let suite: Suite
  beforeAll(async () => {
    suite = await loadSuite(undefined)
  })

  it('is every test when nothing is chosen', () => {
    expect(chooseTests(suite, {})).toBeUndefined()
  })

  it('finds a test by its id and a suite by its id or its name', () => {
    expect(chooseTests(suite, { id: 'freshness-max-age' })).toEqual(['freshness-max-age'])
    const byId = chooseTests(suite, { suite: 'vary-parse' })
    expect(byId).toHaveLength(7)
    expect(chooseTests(suite, { suite: 'Vary Parsing' })).toEqual(byId)
  })

  it('says what it does not have', () => {
    expect(() => chooseTests(suite, { id: 'nope' })).toThrow(
      'http-cache-tests 0.4.5 (npm) has no test "nope".',
    )
    expect(() => chooseTests(suite, { suite: 'nope' })).toThrow('It has cc-freshness, cc-parse,')
  })

  it('leaves out what only a browser can answer', () => {
    const browserOnly = suite.sets.flatMap((set) => set.tests).find((test) => test.browser_only === true)
    expect(() => chooseTests(suite, { id: browserOnly?.id ?? '' })).toThrow('is for browsers only')
  })
})

it('a folder without the suite is refused by name', async () => {
  await expect(loadSuite('/')).rejects.toThrow('CACHE_TESTS_DIR is "/"')
})
