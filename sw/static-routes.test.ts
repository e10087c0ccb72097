import { expect, it } from 'vitest'
import './worker.fake.ts'
import { addStaticRoutes } from './static-routes.ts'

async function rulesFor(urls: readonly string[]) {
  const added: object[][] = []
  const event = { addRoutes: async (rules: readonly object[]) => void added.push([...rules]) }
  await addStaticRoutes(event, urls, 'files')
  return added
}

it('routes the files past the worker, but for requests that it answers in another way', async () => {
  expect(await rulesFor(['https://shop.example/assets/app-1a.js'])).toEqual([
    [
      {
        condition: {
          or: [
            { not: { requestMethod: 'GET' } },
            { requestMode: 'navigate' },
            { requestDestination: 'audio' },
            { requestDestination: 'video' },
          ],
        },
        source: 'fetch-event',
      },
      {
        condition: { or: [{ urlPattern: { pathname: '/assets/app-1a.js', search: '' } }] },
        source: { cacheName: 'files' },
      },
    ],
  ])
})

it('writes a path as itself, not as a pattern', async () => {
  const [[, rule] = []] = await rulesFor(['https://shop.example/(a)/:b*.js'])
  expect(JSON.stringify(rule)).toContain(JSON.stringify(String.raw`/\(a\)/\:b\*.js`))
})

it('leaves out what another origin has, what has a query, and what is too much for a browser', async () => {
  expect(await rulesFor(['https://cdn.example/app.js', 'https://shop.example/app.js?v=1'])).toEqual([])
  const many = Array.from({ length: 1_500 }, (_, nth) => `https://shop.example/${nth}.js`)
  const [[, rule] = []] = await rulesFor(many)
  expect((rule as { condition: { or: object[] } }).condition.or).toHaveLength(1_000)
})

it('does without where the browser has no such thing, or refuses', async () => {
  const urls = ['https://shop.example/app.js']
  await expect(addStaticRoutes({}, urls, 'files')).resolves.toBeUndefined()
  const addRoutes = () => Promise.reject(new TypeError('Too many router rules.'))
  await expect(addStaticRoutes({ addRoutes }, urls, 'files')).resolves.toBeUndefined()
})
