/** What an origin of the fuzz has at one path. */
export interface Resource {
  readonly path: string
  /** Seconds; `null` where each use must be validated. */
  readonly lifetime: number
  /** Seconds past the lifetime. */
  readonly staleWhileRevalidate: number
  readonly mustRevalidate: boolean
  readonly directives: string
  readonly groups: readonly string[]
  /** The body is made for whoever is signed in. */
  readonly isPerUser: boolean
  readonly isByLanguage: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** The query makes no difference to `/list`, and the origin says so. */
export const URLS = [
  '/public',
  '/windows',
  '/strict',
  '/private',
  '/private-windows',
  '/validated',
  '/by-cookie',
  '/by-language',
  '/list?utm=1',
  '/list?utm=2',
] as const
export type Url = (typeof URLS)[number]

export const GROUPS = ['one', 'two'] as const
export type Group = (typeof GROUPS)[number]

const PLAIN = {
  lifetime: 60,
  staleWhileRevalidate: 0,
  mustRevalidate: false,
  directives: '',
  groups: [],
  isPerUser: false,
  isByLanguage: false,
  headers: {},
}

const RESOURCES: readonly Resource[] = [
  { ...PLAIN, path: '/public' },
  {
    ...PLAIN,
    path: '/windows',
    lifetime: 30,
    staleWhileRevalidate: 60,
    directives: ', stale-if-error=120',
    groups: ['one'],
  },
  {
    ...PLAIN,
    path: '/strict',
    lifetime: 20,
    mustRevalidate: true,
    directives: ', must-revalidate',
    groups: ['one', 'two'],
  },
  { ...PLAIN, path: '/private', directives: ', private', isPerUser: true },
  {
    ...PLAIN,
    path: '/private-windows',
    lifetime: 10,
    staleWhileRevalidate: 100,
    directives: ', private, stale-if-error=1000',
    groups: ['two'],
    isPerUser: true,
  },
  { ...PLAIN, path: '/validated', lifetime: 0, directives: ', private', isPerUser: true },
  { ...PLAIN, path: '/by-cookie', isPerUser: true, headers: { Vary: 'Cookie' } },
  { ...PLAIN, path: '/by-language', isByLanguage: true, headers: { Vary: 'X-Language' } },
  { ...PLAIN, path: '/list', headers: { 'No-Vary-Search': 'params=("utm")' } },
]

const BY_PATH = new Map(RESOURCES.map((resource) => [resource.path, resource]))

export function resourceAt(url: string): Resource {
  const path = pathOf(url)
  const resource = BY_PATH.get(path)
  if (resource === undefined) throw new Error(`There is no resource at ${path}.`)
  return resource
}

export function pathOf(url: string): string {
  return new URL(url, 'http://origin').pathname
}

/** The URLs whose resources are in a group. */
export function membersOf(group: Group): Url[] {
  return URLS.filter((url) => resourceAt(url).groups.includes(group))
}
