import { type Leak, differBy, share } from './leak.ts'

/** Each way of reading a request's fields. */
export const fieldLeaks: readonly Leak[] = [
  {
    id: 'headers-property',
    input: 'header:accept-language',
    visitors: differBy('accept-language'),
    install(app) {
      app.get('/', (request, response) => {
        const language = request.headers['accept-language'] // leak: headers-property
        share(response).json({ language })
      })
    },
  },
  {
    id: 'request-get',
    input: 'header:user-agent',
    visitors: differBy('user-agent', 'phone', 'desk'),
    install(app) {
      app.get('/', (request, response) => {
        const isPhone = request.get('User-Agent') === 'phone' // leak: request-get
        share(response).send(isPhone ? 'small' : 'large')
      })
    },
  },
  {
    id: 'request-header',
    input: 'header:x-theme',
    visitors: differBy('x-theme', 'dark', 'light'),
    install(app) {
      app.get('/', (request, response) => {
        const theme = request.header('X-Theme') // leak: request-header
        share(response).send(`theme: ${theme}`)
      })
    },
  },
  {
    id: 'referrer',
    input: 'header:referer',
    visitors: differBy('referer', 'http://a.example/', 'http://b.example/'),
    install(app) {
      app.get('/', (request, response) => {
        const back = request.get('Referrer') // leak: referrer
        share(response).send(`<a href="${back}">back</a>`)
      })
    },
  },
  {
    id: 'destructured',
    input: 'header:x-country',
    visitors: differBy('x-country'),
    install(app) {
      app.get('/', ({ headers }, response) => {
        const { 'x-country': country } = headers // leak: destructured
        share(response).json({ country })
      })
    },
  },
  {
    id: 'destructured-rest',
    input: 'header:*',
    visitors: differBy('x-country'),
    install(app) {
      app.get('/', (request, response) => {
        const { host: _, ...others } = request.headers // leak: destructured-rest
        share(response).json(others)
      })
    },
  },
  {
    id: 'in-headers',
    input: 'header:x-beta',
    visitors: [{}, { headers: { 'x-beta': '1' } }],
    install(app) {
      app.get('/', (request, response) => {
        const isBeta = 'x-beta' in request.headers // leak: in-headers
        share(response).json({ isBeta })
      })
    },
  },
  {
    id: 'has-own',
    input: 'header:x-beta',
    visitors: [{}, { headers: { 'x-beta': '1' } }],
    install(app) {
      app.get('/', (request, response) => {
        const isBeta = Object.hasOwn(request.headers, 'x-beta') // leak: has-own
        share(response).json({ isBeta })
      })
    },
  },
  {
    id: 'entries',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const list = Object.entries(request.headers) // leak: entries
        share(response).json(list)
      })
    },
  },
  {
    id: 'spread',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const copy = { ...request.headers } // leak: spread
        share(response).json(copy)
      })
    },
  },
  {
    id: 'stringify',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const text = JSON.stringify(request.headers) // leak: stringify
        share(response).send(text)
      })
    },
  },
  {
    id: 'json-of-headers',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        share(response).json({ echo: request.headers }) // leak: json-of-headers
      })
    },
  },
  {
    id: 'structured-clone',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const copy = structuredClone({ seen: request.headers }) // leak: structured-clone
        share(response).json(copy.seen)
      })
    },
  },
  {
    id: 'for-in',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const lines: string[] = []
        for (const name in request.headers) lines.push(String(request.headers[name])) // leak: for-in
        share(response).send(lines.join('\n'))
      })
    },
  },
  {
    id: 'fetch-headers',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const headers = new Headers(request.headers as Record<string, string>) // leak: fetch-headers
        share(response).send(headers.get('x-any'))
      })
    },
  },
  {
    id: 'raw-headers',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        const at = request.rawHeaders.indexOf('x-any') // leak: raw-headers
        share(response).send(request.rawHeaders[at + 1])
      })
    },
  },
  {
    id: 'raw-headers-loop',
    input: 'header:*',
    visitors: differBy('x-any'),
    install(app) {
      app.get('/', (request, response) => {
        let text = ''
        for (const part of request.rawHeaders) text += part // leak: raw-headers-loop
        share(response).send(text)
      })
    },
  },
  {
    id: 'headers-distinct',
    input: 'header:x-variant',
    visitors: differBy('x-variant', 'a', 'b'),
    install(app) {
      app.get('/', (request, response) => {
        const variants = request.headersDistinct['x-variant'] // leak: headers-distinct
        share(response).json({ variants })
      })
    },
  },
  {
    id: 'client-hint',
    input: 'header:sec-ch-ua-mobile',
    visitors: differBy('sec-ch-ua-mobile', '?1', '?0'),
    install(app) {
      app.get('/', ({ headers }, response) => {
        share(response).send(headers['sec-ch-ua-mobile'] === '?1' ? 'small' : 'large') // leak: client-hint
      })
    },
  },
  {
    id: 'content-type-of-get',
    input: 'header:content-type',
    visitors: differBy('content-type', 'text/plain', 'text/xml'),
    install(app) {
      app.get('/', (request, response) => {
        share(response).send(`you sent ${request.get('Content-Type')}`) // leak: content-type-of-get
      })
    },
  },
  {
    id: 'authorization-made-public',
    input: 'header:authorization',
    visitors: differBy('authorization', 'Bearer ada', 'Bearer grace'),
    install(app) {
      app.get('/', (request, response) => {
        share(response).send(`hello ${request.headers.authorization}`) // leak: authorization-made-public
      })
    },
  },
]
