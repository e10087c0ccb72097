import { describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { parseQuery, readOptions } from './worker-options.ts'

function read(given: unknown) {
  const reports: string[] = []
  const options = readOptions(given, 'self.__THERMOCLINE__', (message) => reports.push(message))
  return { options, reports }
}

function readQuery(search: string) {
  return read(parseQuery(search))
}

describe('the options of the drop-in', () => {
  it('may all be left out', () => {
    expect(read(undefined)).toEqual({ options: {}, reports: [] })
    expect(read({ maxBytes: undefined })).toEqual({ options: {}, reports: [] })
  })

  it('are taken as given where they are right', () => {
    const given = {
      precache: [{ url: '/index.html', revision: '1', integrity: 'sha256-abc' }],
      shell: '/index.html',
      shellDeny: ['^/api/'],
      exclude: [],
      maxEntries: 5,
      maxBytes: 6,
      navigationPreload: true,
      off: false,
      config: '/thermocline.json',
    }
    expect(read(given)).toEqual({ options: given, reports: [] })
  })

  it.each([
    ['text', '`self.__THERMOCLINE__` is "text". Write an object of options, or leave it out.'],
    [
      { shel: 1 },
      'There is no option `shel`. Write one of precache, shell, offline, shellDeny, exclude, maxEntries, maxBytes, navigationPreload, off, invalidations, config.',
    ],
    [{ maxBytes: '5' }, '`maxBytes` is "5". Write a whole number above 0. It is ignored.'],
    [
      { shellDeny: ['('] },
      '`shellDeny[0]` is "(". Write a list of regular expressions, such as [\'^/api/\']. It is ignored.',
    ],
    [
      { precache: ['/a'] },
      `\`precache[0]\` is "/a". Write a list of { url, revision, integrity? }, revision being null for hashed names, integrity such as 'sha384-…'. It is ignored.`,
    ],
    [
      { precache: [{ url: '/a', revision: null, integrity: 'md5-x' }] },
      "`precache[0]` is an object. Write a list of { url, revision, integrity? }, revision being null for hashed names, integrity such as 'sha384-…'. It is ignored.",
    ],
    [{ shell: 3 }, "`shell` is 3. Write a path such as '/index.html'. It is ignored."],
    [{ off: 1 }, '`off` is 1. Write true or false. It is ignored.'],
  ])('%j are reported', (given, message) => {
    expect(read(given).reports).toEqual([message])
  })

  it('takes of a list what is right', () => {
    expect(read({ exclude: ['^/admin/', '('] }).options).toEqual({ exclude: ['^/admin/'] })
  })

  it.each(['invalidations', 'config'])('refuses `%s` of another origin', (name) => {
    const { options, reports } = read({ [name]: 'https://elsewhere.example/a' })
    expect(options).toEqual({})
    expect(reports).toEqual([
      `\`${name}\` is "https://elsewhere.example/a". Write a path of this origin, such as '/invalidations'. It is ignored.`,
    ])
  })

  it('leaves out what is wrong and takes the rest', () => {
    expect(read({ maxEntries: 0, maxBytes: 7 }).options).toEqual({ maxBytes: 7 })
  })
})

describe('the query of the script', () => {
  it('says options as text', () => {
    expect(
      readQuery('?maxBytes=1000000&offline=/offline.html&exclude=^/admin/&off=false&navigationPreload=true'),
    ).toEqual({
      options: {
        maxBytes: 1_000_000,
        offline: '/offline.html',
        exclude: ['^/admin/'],
        off: false,
        navigationPreload: true,
      },
      reports: [],
    })
  })

  it('makes lists of names that are repeated', () => {
    expect(readQuery('?exclude=^/a/&exclude=^/1/&shellDeny=2').options).toEqual({
      exclude: ['^/a/', '^/1/'],
      shellDeny: ['2'],
    })
  })

  it.each([
    ['?maxBytes=many', '`maxBytes` is "many". Write a whole number above 0. It is ignored.'],
    ['?maxBytes=1&maxBytes=2', '`maxBytes` is an array of 2. Write a whole number above 0. It is ignored.'],
    ['?off', '`off` is "". Write true or false. It is ignored.'],
    ['?shell=//', '`shell` is "//". Write a path such as \'/index.html\'. It is ignored.'],
    ['?invalidations=http://[', '`invalidations` is "http://[". Write a path'],
    ['?offline=', '`offline` is "". Write a path such as \'/index.html\'. It is ignored.'],
    ['?toString=1', 'There is no option `toString`. '],
    ['?__proto__=1', 'There is no option `__proto__`. '],
  ])('is reported where it says %s', (search, message) => {
    const { options, reports } = readQuery(search)
    expect(options).toEqual({})
    expect(reports).toEqual([expect.stringContaining(message)])
  })
})
