import {
  definePolicies,
  immutable,
  noStore,
  privateData,
  publicData,
  revalidate,
} from '../../policy/index.ts'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import { createHttpPolicies } from '../../server/http/http-policies.ts'
import type { Stack } from './ordinary-stacks.ts'
import { signIn } from './sign-in.ts'

const policies = definePolicies({
  asset: immutable(),
  page: revalidate(),
  product: publicData(),
  translated: publicData({ vary: ['Accept-Language'] }),
  account: privateData({ browser: '1m' }),
  secret: noStore(),
})

/** Ordinary applications under route policies. */
export const policyStacks: readonly Stack[] = [
  {
    name: 'each policy, read as it allows',
    signsIn: true,
    paths: [
      '/product',
      '/translated',
      '/page',
      '/account',
      '/secret',
      '/assets/app-B9zx1Qk2.js',
      '/undeclared',
    ],
    install(app) {
      const http = createHttpPolicies(policies, { partition: (request) => request.user?.name ?? null })
      app.use(http.middleware())
      signIn(app)
      // A clock that stands still: the lifetime that is left is part of what is compared.
      const cache = createTieredCache({ policies, clock: () => 1_000_000, jitter: 0 })
      app.get('/product', http.route('product'), async (_request, response) => {
        response.json(await cache.getOrSet('p', () => 1, { policy: 'product' }))
      })
      app.get('/translated', http.route('translated'), ({ headers }, response) => {
        response.json(headers['accept-language'])
      })
      app.get('/page', http.route('page'), ({ headers }, response) => response.json(headers['x-theme']))
      app.get('/account', http.route('account'), ({ user, session }, response) => {
        response.json([user, session.cart])
      })
      app.get('/secret', http.route('secret'), ({ headers, ip }, response) =>
        response.json([headers, ip].length),
      )
      app.use('/assets', http.route('asset'), (_request, response) => response.send('x'))
      app.get('/undeclared', ({ headers }, response) => response.json(headers.cookie === undefined))
    },
  },
  {
    name: 'groups that are made of the request',
    install(app) {
      const http = createHttpPolicies(policies)
      const groups = http.route('product', (request) => ({ groups: [`kind-${request.get('x-kind')}`] }))
      app.use(http.middleware()).get('/', groups, (_request, response) => response.json(1))
    },
  },
  {
    name: 'a public route that read a cookie, and so leaves as no-store',
    install(app) {
      const http = createHttpPolicies(policies, { onWarning: () => {} })
      app.use(http.middleware()).get('/', http.route('product'), ({ headers }, response) => {
        response.set('X-Had-Cookie', headers.cookie === undefined ? 'no' : 'yes')
        if (headers.cookie === undefined) response.set('Cache-Control', 'no-store')
        response.json(1)
      })
    },
  },
]
