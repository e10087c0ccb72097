import cookieParser from 'cookie-parser'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { share } from './leaks/leak.ts'
import { signIn } from './sign-in.ts'

/** A part of an ordinary application, in which nothing is wrong. */
export interface Stack {
  readonly name: string
  readonly install: (app: Express, log: (line: string) => void) => void
  /** What is asked of it. @default '/' */
  readonly paths?: readonly string[]
  readonly method?: 'POST'
  /** Whether somebody is signed in, beside the visitors who are not. */
  readonly signsIn?: boolean
  /** Options that the guard needs to hear of this application. */
  readonly ignore?: readonly string[]
  readonly keyed?: readonly string[]
}

export const ordinaryStacks: readonly Stack[] = [
  {
    name: 'an answer that says nothing about caches',
    install: (app) => {
      app.get('/', (request, response) => response.json({ in: request.get('Accept-Language') }))
    },
  },
  {
    name: 'no-store, for the user',
    signsIn: true,
    install: (app) => {
      signIn(app)
      app.get('/', ({ user, session }, response) => {
        response.set('Cache-Control', 'no-store').json({ user, cart: session.cart })
      })
    },
  },
  {
    name: 'private, by a cookie',
    install: (app) => {
      app.use(cookieParser()).get('/', ({ cookies }, response) => {
        response.set('Cache-Control', 'private, max-age=60').json(cookies)
      })
    },
  },
  {
    name: 'no-cache, which asks before each use',
    install: (app) => {
      app.get('/', (request, response) => {
        response.set('Cache-Control', 'no-cache').send(`in ${request.get('Accept-Language')}`)
      })
    },
  },
  {
    name: 'no-cache beside a lifetime',
    install: (app) => {
      app.get('/', (request, response) => {
        response.set('Cache-Control', 'public, max-age=60, no-cache')
        response.send(`in ${request.get('Accept-Language')}`)
      })
    },
  },
  {
    name: 'a lifetime of nothing',
    install: (app) => {
      app.get('/', (request, response) => {
        response.set('Cache-Control', 'public, max-age=0').send(`in ${request.get('Accept-Language')}`)
      })
    },
  },
  {
    name: 'Vary by hand',
    install: (app) => {
      app.get('/', ({ headers }, response) => {
        share(response).vary('Accept-Language').vary('x-theme')
        response.json([headers['accept-language'], headers['x-theme']])
      })
    },
  },
  {
    name: 'Vary in writeHead',
    install: (app) => {
      app.get('/', ({ headers }, response) => {
        const vary = ['Cache-Control', 'max-age=60', 'Vary', 'Origin, accept-language']
        response.writeHead(200, vary).end(headers['accept-language'])
      })
    },
  },
  {
    name: 'Vary: *',
    install: (app) => {
      app.get('/', ({ headers, ip }, response) => share(response).vary('*').json([headers, ip]))
    },
  },
  {
    name: 'Vary: Cookie, for a session',
    signsIn: true,
    install: (app) => {
      signIn(app)
      app.get('/', ({ session, user }, response) => {
        share(response).vary('Cookie').json([session.cart, user])
      })
    },
  },
  {
    name: 'response.format',
    install: (app) => {
      app.get('/', (_request, response) => {
        share(response).format({ text: () => response.send('text'), json: () => response.json('json') })
      })
    },
  },
  {
    name: 'a redirect, whose words Express negotiates',
    install: (app) => {
      app.get('/', (_request, response) => share(response).redirect(301, '/there'))
    },
  },
  {
    name: 'files',
    paths: ['/leak.ts', '/page-language.ts', '/nothing'],
    install: (app) => {
      app.use(express.static(`${import.meta.dirname}/leaks`, { maxAge: '1h', immutable: true }))
    },
  },
  {
    name: 'a file by sendFile and one by download',
    paths: ['/a', '/b'],
    install: (app) => {
      const options = { root: `${import.meta.dirname}/leaks`, maxAge: 60_000 }
      app.get('/a', (_request, response) => response.sendFile('leak.ts', options))
      app.get('/b', (_request, response) => response.download('leak.ts', 'b.ts', options))
    },
  },
  {
    name: 'validators and ranges by hand',
    install: (app) => {
      app.get('/', (request, response) => {
        share(response).set('ETag', '"1"')
        const isKnown = request.get('If-None-Match') === '"1"' || request.fresh
        if (isKnown || request.headers['if-modified-since'] !== undefined) response.status(304).end()
        else response.json([request.range(10), request.headers['cache-control'], request.stale])
      })
    },
  },
  {
    name: 'the name of a request, for logs',
    install: (app, log) => {
      app.use(({ headers }, response, next) => {
        const id = headers['x-request-id'] ?? headers['traceparent'] ?? 'none'
        response.locals['id'] = id
        log(String(id))
        next()
      })
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'a log of its own in the end',
    install: (app, log) => {
      app.use((request, response, next) => {
        response.on('finish', () => log(`${request.ip} ${request.get('user-agent')} ${request.user?.name}`))
        response.on('close', () => log(JSON.stringify([request.headers, request.socket.remoteAddress])))
        next()
      })
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'a count of visits after the answer',
    install: (app, log) => {
      app.get('/', (request, response) => {
        share(response).send('page')
        log(`${request.ip} ${request.get('referer')}`)
      })
    },
  },
  {
    name: 'a POST',
    method: 'POST',
    install: (app) => {
      app.post('/', express.json(), ({ headers, ip, user }, response) =>
        share(response).json([headers, ip, user]),
      )
    },
  },
  {
    name: 'the URL, its query and its parameters',
    paths: ['/things/7?sort=up#top'],
    install: (app) => {
      app.get('/things/:id', ({ method, url, originalUrl, path, baseUrl, query, params }, response) => {
        share(response).json([method, url, originalUrl, path, baseUrl, query, params])
      })
    },
  },
  {
    name: 'the host, without a proxy that is trusted',
    install: (app) => {
      app.get('/', ({ hostname, host, subdomains, protocol, secure, headers }, response) => {
        share(response).json([hostname, host, subdomains, protocol, secure, headers.host])
      })
    },
  },
  {
    name: 'the host, from a proxy that is trusted and has it in its key',
    keyed: ['X-Forwarded-Host', 'x-forwarded-proto'],
    install: (app) => {
      app.set('trust proxy', true).get('/', ({ hostname, protocol, subdomains }, response) => {
        share(response).json([hostname, protocol, subdomains])
      })
    },
  },
  {
    name: 'inputs that are known to change nothing',
    ignore: ['req.ip', 'header:User-Agent'],
    install: (app, log) => {
      app.get('/', (request, response) => {
        log(`${request.ip} ${request.get('user-agent')}`)
        share(response).send('page')
      })
    },
  },
  {
    name: 'an answer that sets a cookie',
    install: (app) => {
      app.get('/', (request, response) => {
        share(response)
          .cookie('seen', '1')
          .send(`in ${request.get('accept-language')}`)
      })
    },
  },
  {
    name: 'errors',
    paths: ['/thrown', '/nothing'],
    install: (app) => {
      app.get('/thrown', (request) => {
        throw new Error(`no ${request.get('accept-language')}`)
      })
      app.use(((_error, { headers }, response, _next) =>
        response.status(500).send(headers['accept-language'])) as ErrorRequestHandler)
    },
  },
  {
    name: 'events',
    install: (app) => {
      app.get('/', ({ headers }, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        response.end(`id: ${String(headers['last-event-id'])}\ndata: hello\n\n`)
      })
    },
  },
]
