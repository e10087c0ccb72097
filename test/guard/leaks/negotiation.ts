import { type Leak, differBy, share } from './leak.ts'

/** What Express reads for a handler, and what a proxy in front is believed to have written. */
export const negotiationLeaks: readonly Leak[] = [
  {
    id: 'accepts',
    input: 'header:accept',
    visitors: differBy('accept', 'text/html', 'application/json'),
    install(app) {
      app.get('/', (request, response) => {
        const kind = request.accepts(['html', 'json']) // leak: accepts
        share(response).send(`as ${String(kind)}`)
      })
    },
  },
  {
    id: 'accepts-languages',
    input: 'header:accept-language',
    visitors: differBy('accept-language'),
    install(app) {
      app.get('/', (request, response) => {
        const language = request.acceptsLanguages('en', 'de') // leak: accepts-languages
        share(response).send(`in ${String(language)}`)
      })
    },
  },
  {
    id: 'accepts-encodings',
    input: 'header:accept-encoding',
    visitors: differBy('accept-encoding', 'br', 'gzip'),
    install(app) {
      app.get('/', (request, response) => {
        const coding = request.acceptsEncodings(['br', 'gzip']) // leak: accepts-encodings
        share(response).send(`file.${String(coding)}`)
      })
    },
  },
  {
    id: 'accepts-charsets',
    input: 'header:accept-charset',
    visitors: differBy('accept-charset', 'utf-8', 'latin1'),
    install(app) {
      app.get('/', (request, response) => {
        const charset = request.acceptsCharsets('utf-8', 'latin1') // leak: accepts-charsets
        share(response).send(`in ${String(charset)}`)
      })
    },
  },
  {
    id: 'xhr',
    input: 'header:x-requested-with',
    visitors: [{}, { headers: { 'x-requested-with': 'XMLHttpRequest' } }],
    install(app) {
      app.get('/', (request, response) => {
        share(response).send(request.xhr ? 'fragment' : 'page') // leak: xhr
      })
    },
  },
  {
    id: 'forwarded-host-by-hand',
    input: 'header:x-forwarded-host',
    visitors: differBy('x-forwarded-host', 'shop.example', 'evil.example'),
    install(app) {
      app.get('/', (request, response) => {
        const host = request.get('X-Forwarded-Host') // leak: forwarded-host-by-hand
        share(response).send(`<script src="//${host}/app.js"></script>`)
      })
    },
  },
  {
    id: 'original-url',
    input: 'header:x-original-url',
    visitors: differBy('x-original-url', '/a', '/admin'),
    install(app) {
      app.get('/', (request, response) => {
        const path = request.headers['x-original-url'] ?? request.path // leak: original-url
        share(response).send(`this is ${String(path)}`)
      })
    },
  },
  {
    id: 'rewrite-url',
    input: 'header:x-rewrite-url',
    visitors: differBy('x-rewrite-url', '/a', '/b'),
    install(app) {
      app.use((request, _response, next) => {
        const path = request.headers['x-rewrite-url'] // leak: rewrite-url
        if (typeof path === 'string') request.url = path
        next()
      })
      app.get('/:page', (request, response) => share(response).send(request.params.page))
    },
  },
  {
    id: 'method-override',
    input: 'header:x-http-method-override',
    visitors: differBy('x-http-method-override', 'GET', 'DELETE'),
    install(app) {
      app.get('/', (request, response) => {
        const method = request.get('X-HTTP-Method-Override') ?? 'GET' // leak: method-override
        share(response).send(`done: ${method}`)
      })
    },
  },
  {
    id: 'forwarded-for-by-hand',
    input: 'header:x-forwarded-for',
    visitors: differBy('x-forwarded-for', '192.0.2.1', '192.0.2.2'),
    install(app) {
      app.get('/', ({ headers }, response) => {
        share(response).send(`you are ${String(headers['x-forwarded-for'])}`) // leak: forwarded-for-by-hand
      })
    },
  },
  {
    id: 'hostname-behind-proxy',
    input: 'req.hostname',
    visitors: differBy('x-forwarded-host', 'shop.example', 'evil.example'),
    install(app) {
      app.set('trust proxy', true)
      app.get('/', (request, response) => {
        share(response).send(`<link rel="canonical" href="//${request.hostname}/">`) // leak: hostname-behind-proxy
      })
    },
  },
  {
    id: 'host-behind-proxy',
    input: 'req.host',
    visitors: differBy('x-forwarded-host', 'shop.example', 'evil.example'),
    install(app) {
      app.set('trust proxy', 'loopback')
      app.get('/', (request, response) => {
        share(response).send(request.host) // leak: host-behind-proxy
      })
    },
  },
  {
    id: 'subdomains-behind-proxy',
    input: 'req.subdomains',
    visitors: differBy('x-forwarded-host', 'ada.shop.example', 'grace.shop.example'),
    install(app) {
      app.set('trust proxy', 1)
      app.get('/', (request, response) => {
        const [tenant] = request.subdomains // leak: subdomains-behind-proxy
        share(response).send(`shop of ${tenant}`)
      })
    },
  },
  {
    id: 'protocol-behind-proxy',
    input: 'req.protocol',
    visitors: differBy('x-forwarded-proto', 'http', 'https'),
    install(app) {
      app.set('trust proxy', true)
      app.get('/', (request, response) => {
        share(response).send(`${request.protocol}://shop.example/`) // leak: protocol-behind-proxy
      })
    },
  },
  {
    id: 'secure-behind-proxy',
    input: 'req.secure',
    visitors: differBy('x-forwarded-proto', 'http', 'https'),
    install(app) {
      app.set('trust proxy', true)
      app.get('/', (request, response) => {
        if (request.secure) share(response).send('welcome') // leak: secure-behind-proxy
        else share(response).redirect(301, 'https://shop.example/')
      })
    },
  },
  {
    id: 'ip-behind-proxy',
    input: 'req.ip',
    visitors: differBy('x-forwarded-for', '192.0.2.1', '192.0.2.2'),
    install(app) {
      app.set('trust proxy', true)
      app.get('/', (request, response) => {
        share(response).send(`you are ${request.ip}`) // leak: ip-behind-proxy
      })
    },
  },
  {
    id: 'ips-behind-proxy',
    input: 'req.ips',
    visitors: differBy('x-forwarded-for', '192.0.2.1', '192.0.2.2'),
    install(app) {
      app.set('trust proxy', true)
      app.get('/', (request, response) => {
        share(response).json(request.ips) // leak: ips-behind-proxy
      })
    },
  },
  {
    id: 'remote-address',
    input: 'req.socket.remoteAddress',
    visitors: [{ from: '127.0.0.2' }, { from: '127.0.0.3' }],
    install(app) {
      app.get('/', ({ socket }, response) => {
        share(response).send(`you are ${socket.remoteAddress}`) // leak: remote-address
      })
    },
  },
  {
    id: 'connection-address',
    input: 'req.socket.remoteAddress',
    visitors: [{ from: '127.0.0.2' }, { from: '127.0.0.3' }],
    install(app) {
      app.get('/', (request, response) => {
        // oxlint-disable-next-line typescript/no-deprecated
        share(response).send(`you are ${request.connection.remoteAddress}`) // leak: connection-address
      })
    },
  },
]
