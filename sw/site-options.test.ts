import { beforeEach, describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { Database } from './database.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import { SiteOptions } from './site-options.ts'

const FILE = 'https://shop.example/thermocline.json'

let platform: FakePlatform
let reports: string[]
let file: () => Response

beforeEach(() => {
  resetIndexedDb()
  platform = new FakePlatform()
  reports = []
  file = () => Response.json({ off: true })
  platform.network = () => file()
})

function start(given?: unknown, query = '?config=/thermocline.json'): SiteOptions {
  return new SiteOptions({
    given,
    scriptUrl: `https://shop.example/sw.js${query}`,
    platform,
    database: new Database(platform),
    report: (message) => reports.push(message),
  })
}

async function started(given?: unknown): Promise<SiteOptions> {
  const options = start(given)
  await options.loading
  return options
}

describe('the options of a worker', () => {
  it('are known at once where no file is named, and nothing is fetched', async () => {
    const options = start({ maxBytes: 1, maxEntries: 2 }, '?maxEntries=3')
    expect(options.loading).toBeUndefined()
    expect(options.current).toEqual({ maxBytes: 1, maxEntries: 3 })
    expect(await options.refresh()).toBe(false)
    expect(platform.fetched).toEqual([])
    expect(platform.opened).toEqual([])
  })

  it('are the file’s over the query’s over the script’s', async () => {
    file = () => Response.json({ maxEntries: 9 })
    const options = await started({ maxEntries: 1, maxBytes: 2 })
    expect(options.current).toEqual({ config: '/thermocline.json', maxEntries: 1, maxBytes: 2 })
    expect(await options.refresh()).toBe(true)
    expect(options.current).toEqual({ config: '/thermocline.json', maxEntries: 9, maxBytes: 2 })
  })

  it('take the file from beside the script, and let the browser validate it', async () => {
    const options = start(undefined, '?config=options.json')
    await options.refresh()
    expect(platform.fetched.map(({ cache, url }) => [url, cache])).toEqual([
      ['https://shop.example/options.json', 'no-cache'],
    ])
  })

  it('are those of the file before the first answer of the next start, without network too', async () => {
    await (await started()).refresh()
    file = () => {
      throw new TypeError('no network')
    }
    const options = await started()
    expect(options.current.off).toBe(true)
    expect(options.loading).toBeUndefined()
    expect(await options.refresh()).toBe(false)
    expect(options.current.off).toBe(true)
    expect(reports).toEqual([])
  })

  it.each([
    ['gone', () => new Response('', { status: 404 }), 'The answer was 404.'],
    ['no JSON', () => new Response('<!doctype html>'), 'SyntaxError: '],
  ])('stay what the file last said when it is %s', async (_what, answer, why) => {
    await (await started()).refresh()
    file = answer
    const options = await started()
    expect(await options.refresh()).toBe(false)
    expect(options.current.off).toBe(true)
    expect(reports).toEqual([expect.stringContaining(`${FILE} can't be used. `)])
    expect(reports[0]).toContain(why)
    expect(reports[0]).toMatch(/ Its last good content holds\.$/)
  })

  it('name what is wrong in the file and take the rest of it', async () => {
    file = () => Response.json({ maxBytes: -1, maxEntries: 4 })
    const options = await started({ maxBytes: 7 })
    await options.refresh()
    expect(options.current).toMatchObject({ maxBytes: 7, maxEntries: 4 })
    expect(reports).toEqual(['`maxBytes` is -1. Write a whole number above 0. It is ignored.'])
  })

  it('take from the file nothing that has to be known when the worker is installed', async () => {
    file = () =>
      Response.json({ precache: [{ url: '/a', revision: null }], config: '/b.json', maxEntries: 4 })
    const options = await started()
    await options.refresh()
    expect(options.current).toEqual({ config: '/thermocline.json', maxEntries: 4 })
    expect(reports).toEqual([
      `\`config\` and \`precache\` can't change while the worker runs. Take them out of ${FILE}.`,
    ])
  })

  it('say of a file that holds no object what to write', async () => {
    file = () => Response.json([1])
    const options = await started()
    await options.refresh()
    expect(reports).toEqual([
      `${FILE} can't be used. TypeError: It is an array of 1. Write an object of options. It is tried again at the next navigation.`,
    ])
  })

  it('change only when the file does', async () => {
    const options = await started()
    expect(await options.refresh()).toBe(true)
    const { current } = options
    expect(await options.refresh()).toBe(false)
    expect(options.current).toBe(current)
    expect(await start().refresh()).toBe(false)
    file = () => Response.json({ off: false })
    expect(await options.refresh()).toBe(true)
    expect(options.current.off).toBe(false)
  })

  it('do without storage', async () => {
    platform.openFault = new Error('no storage')
    const options = await started()
    expect(await options.refresh()).toBe(true)
    expect(options.current.off).toBe(true)
  })
})
