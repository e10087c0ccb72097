import { describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { resolveWorkerOptions } from './worker-options.ts'

function resolve(given: unknown) {
  const reports: string[] = []
  const { cacheOptions, shellOptions } = resolveWorkerOptions(given, (message) => reports.push(message))
  return { cacheOptions, shellOptions, reports }
}

const entry = { url: '/index.html', revision: '1' }

describe('the options of the drop-in', () => {
  it('may all be left out', () => {
    expect(resolve(undefined)).toEqual({
      cacheOptions: {},
      shellOptions: { precache: [], shellDeny: [] },
      reports: [],
    })
  })

  it('are taken as given where they are right', () => {
    const given = {
      precache: [entry],
      shell: '/index.html',
      shellDeny: ['^/api/'],
      maxEntries: 5,
      maxBytes: 6,
    }
    expect(resolve(given)).toEqual({
      cacheOptions: { maxEntries: 5, maxBytes: 6 },
      shellOptions: { precache: [entry], shell: '/index.html', shellDeny: [/^\/api\//] },
      reports: [],
    })
  })

  it.each([
    ['text', '`self.__THERMOCLINE__` is "text". Write an object of options, or leave it out.'],
    [
      { shel: 1 },
      'There is no option `shel`. Write one of precache, shell, offline, shellDeny, maxEntries, maxBytes.',
    ],
    [{ maxBytes: '5' }, '`maxBytes` is "5". Write a whole number above 0. The default is used.'],
    [
      { shellDeny: ['('] },
      "`shellDeny` is an array of 1. Write a list of regular expressions, such as ['^/api/']. The default is used.",
    ],
    [
      { precache: ['/a'] },
      '`precache` is an array of 1. Write a list of { url, revision }, revision being null for hashed names. The default is used.',
    ],
    [{ shell: 3 }, "`shell` is 3. Write a path such as '/index.html'. The default is used."],
    [{ shell: '/a' }, '`shell` is "/a", which is not in `precache`. Add it there, or it can\'t be shown.'],
  ])('%j are reported', (given, message) => {
    expect(resolve(given).reports).toEqual([message])
  })

  it('leaves out what is wrong and takes the rest', () => {
    expect(resolve({ maxEntries: 0, maxBytes: 7 }).cacheOptions).toEqual({ maxBytes: 7 })
  })
})
