import cookieParser from 'cookie-parser'
import { signIn } from '../sign-in.ts'
import { type Leak, differBy, share } from './leak.ts'

const ADA_AND_GRACE: Leak['visitors'] = [{ name: 'ada' }, { name: 'grace' }]
const BY_COOKIE = differBy('cookie', 'theme=dark', 'theme=light')

/** Cookies, sessions and users. */
export const peopleLeaks: readonly Leak[] = [
  {
    id: 'cookie-field',
    input: 'header:cookie',
    visitors: BY_COOKIE,
    install(app) {
      app.get('/', (request, response) => {
        const isDark = request.headers.cookie?.includes('theme=dark') // leak: cookie-field
        share(response).send(isDark ? 'dark' : 'light')
      })
    },
  },
  {
    id: 'cookie-parser',
    input: 'cookie:theme',
    visitors: BY_COOKIE,
    install(app) {
      app.use(cookieParser())
      app.get('/', (request, response) => {
        const theme: unknown = request.cookies['theme'] // leak: cookie-parser
        share(response).send(`theme ${String(theme)}`)
      })
    },
  },
  {
    id: 'cookie-absent',
    input: 'cookie:seen',
    visitors: [{}, { headers: { cookie: 'seen=1' } }],
    install(app) {
      app.use(cookieParser())
      app.get('/', ({ cookies }, response) => {
        share(response).send(cookies.seen === undefined ? 'welcome' : 'welcome back') // leak: cookie-absent
      })
    },
  },
  {
    id: 'cookie-destructured',
    input: 'cookie:theme',
    visitors: BY_COOKIE,
    install(app) {
      app.use(cookieParser())
      app.get('/', (request, response) => {
        const { theme = 'none' } = request.cookies as Record<string, string> // leak: cookie-destructured
        share(response).send(theme)
      })
    },
  },
  {
    id: 'cookie-keys',
    input: 'cookie:*',
    visitors: differBy('cookie', 'a=1', 'b=1'),
    install(app) {
      app.use(cookieParser())
      app.get('/', (request, response) => {
        const names = Object.keys(request.cookies as object) // leak: cookie-keys
        share(response).json(names)
      })
    },
  },
  {
    id: 'cookie-signed',
    input: 'cookie:plan',
    visitors: [
      {
        headers: {
          cookie: `plan=${encodeURIComponent('s:gold.XdR65bbHjhdlpepND1CtWIDOBemODMP//8SRCSo22C4')}`,
        },
      },
      {},
    ],
    install(app) {
      app.use(cookieParser('for tests'))
      app.get('/', (request, response) => {
        const { plan } = request.signedCookies as { plan?: string } // leak: cookie-signed
        share(response).send(plan === undefined ? 'no plan' : `plan ${plan}`)
      })
    },
  },
  {
    id: 'cookie-json',
    input: 'cookie:settings',
    visitors: differBy('cookie', 'settings=j:{"rows":5}', 'settings=j:{"rows":9}'),
    install(app) {
      app.use(cookieParser())
      app.get('/', (request, response) => {
        const { rows } = request.cookies['settings'] as { rows: number } // leak: cookie-json
        share(response).json({ rows })
      })
    },
  },
  {
    id: 'passport-user',
    input: 'req.user',
    visitors: ADA_AND_GRACE,
    install(app) {
      signIn(app)
      app.get('/', (request, response) => {
        share(response).send(`hello ${request.user?.name}`) // leak: passport-user
      })
    },
  },
  {
    id: 'passport-is-authenticated',
    input: 'req.user',
    visitors: [{ name: 'ada' }, {}],
    install(app) {
      signIn(app)
      app.get('/', (request, response) => {
        const isMember = request.isAuthenticated() // leak: passport-is-authenticated
        share(response).send(isMember ? 'members' : 'guests')
      })
    },
  },
  {
    id: 'session-value',
    input: 'req.session',
    visitors: ADA_AND_GRACE,
    install(app) {
      signIn(app)
      app.get('/', (request, response) => {
        const { cart } = request.session // leak: session-value
        share(response).send(cart)
      })
    },
  },
  {
    id: 'session-id',
    input: 'req.session',
    visitors: ADA_AND_GRACE,
    install(app) {
      signIn(app)
      app.get('/', (request, response) => {
        share(response).send(`token ${request.sessionID} of ${request.session.id}`) // leak: session-id
      })
    },
  },
  {
    id: 'auth-of-own',
    input: 'req.auth',
    visitors: [{}, {}],
    install(app) {
      let count = 0
      app.use((request, _response, next) => {
        count += 1
        Object.assign(request, { auth: { name: `user ${count}` } })
        next()
      })
      app.get('/', (request, response) => {
        const { auth } = request as { auth?: { name: string } } // leak: auth-of-own
        share(response).send(`hello ${auth?.name}`)
      })
    },
  },
  {
    id: 'user-in-template',
    input: 'req.user',
    visitors: ADA_AND_GRACE,
    install(app) {
      signIn(app)
      app.engine('ts', (_path, options, done) => {
        // What a template does with the request that it was given.
        const { request } = options as { request?: Express.Request }
        done(null, `hello ${request?.user?.name}`) // leak: user-in-template
      })
      app.set('views', import.meta.dirname)
      app.get('/', (request, response) => share(response).render('people.ts', { request }))
    },
  },
]
