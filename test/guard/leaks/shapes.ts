import { Readable } from 'node:stream'
import express from 'express'
import i18n from 'i18n'
import { definePolicies, publicData } from '../../../policy/index.ts'
import { createHttpPolicies } from '../../../server/http/http-policies.ts'
import { type Leak, differBy, share } from './leak.ts'
import { pageCountry, pageLanguage } from './page-language.ts'

const BY_LANGUAGE = differBy('accept-language')
const INPUT = 'header:accept-language'

/** Where in an application something is read, and what kind of answer comes of it. */
export const shapeLeaks: readonly Leak[] = [
  {
    id: 'helper-in-another-file',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => share(response).send(`in ${pageLanguage(request)}`))
    },
  },
  {
    id: 'async-helper-in-another-file',
    input: 'header:cf-ipcountry',
    visitors: differBy('cf-ipcountry', 'DE', 'FR'),
    install(app) {
      app.get('/', async (request, response) => {
        const country = await pageCountry(request)
        share(response).send(`from ${country}`)
      })
    },
  },
  {
    id: 'after-await',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', async (request, response) => {
        await new Promise(setImmediate)
        const language = request.get('Accept-Language') // leak: after-await
        share(response).json({ language })
      })
    },
  },
  {
    id: 'in-timer',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => {
        setTimeout(() => {
          share(response).send(`in ${request.headers['accept-language']}`) // leak: in-timer
        }, 1)
      })
    },
  },
  {
    id: 'locals-of-middleware',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.use((request, response, next) => {
        response.locals['language'] = request.headers['accept-language'] // leak: locals-of-middleware
        next()
      })
      app.get('/', (_request, response) => share(response).json(response.locals))
    },
  },
  {
    id: 'router-level',
    input: INPUT,
    visitors: BY_LANGUAGE,
    path: '/api/page',
    install(app) {
      const router = express.Router()
      router.use((request, response, next) => {
        response.locals['isGerman'] = request.acceptsLanguages('en', 'de') === 'de' // leak: router-level
        next()
      })
      router.get('/page', (_request, response) => share(response).json(response.locals))
      app.use('/api', router)
    },
  },
  {
    id: 'nested-router',
    input: INPUT,
    visitors: BY_LANGUAGE,
    path: '/shop/42/page',
    install(app) {
      const inner = express.Router({ mergeParams: true })
      inner.get('/page', ({ headers }, response) => {
        share(response).json([headers['accept-language']]) // leak: nested-router
      })
      app.use('/shop', express.Router().use('/:id', inner))
    },
  },
  {
    id: 'nested-application',
    input: 'header:x-theme',
    visitors: differBy('x-theme', 'dark', 'light'),
    path: '/admin/page',
    install(app) {
      const admin = express()
      admin.get('/page', (request, response) => {
        share(response).send(`theme ${request.get('x-theme')}`) // leak: nested-application
      })
      app.use('/admin', admin)
    },
  },
  {
    id: 'error-handler',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', () => {
        throw new Error('gone')
      })
      app.use(((_error, request, response, _next) => {
        const isGerman = request.get('accept-language') === 'de' // leak: error-handler
        share(response.status(410)).send(isGerman ? 'weg' : 'gone')
      }) as express.ErrorRequestHandler)
    },
  },
  {
    id: 'path-parameter',
    input: 'header:x-tenant',
    visitors: differBy('x-tenant', 'a', 'b'),
    path: '/items/1',
    install(app) {
      app.param('id', (request, response, next, id) => {
        response.locals['item'] = `${request.get('x-tenant')}/${String(id)}` // leak: path-parameter
        next()
      })
      app.get('/items/:id', (_request, response) => share(response).json(response.locals))
    },
  },
  {
    id: 'stream',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => {
        const words = Readable.from(['in ', request.headers['accept-language'] ?? 'en']) // leak: stream
        words.pipe(share(response))
      })
    },
  },
  {
    id: 'stream-piece-by-piece',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => {
        async function* words(): AsyncGenerator<string> {
          await new Promise(setImmediate)
          yield `in ${request.headers['accept-language']}` // leak: stream-piece-by-piece
        }
        Readable.from(words()).pipe(share(response))
      })
    },
  },
  {
    id: 'write-head-object',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => {
        const body = `in ${request.headers['accept-language']}` // leak: write-head-object
        response.writeHead(200, { 'cache-control': 's-maxage=60', 'content-type': 'text/plain' })
        response.end(body)
      })
    },
  },
  {
    id: 'write-head-list',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.disable('x-powered-by').get('/', (request, response) => {
        const body = `in ${request.headers['accept-language']}` // leak: write-head-list
        response.writeHead(200, 'Fine', ['Cache-Control', 'max-age=60', 'Vary', 'Origin'])
        response.end(body)
      })
    },
  },
  {
    id: 'head',
    input: 'header:x-variant',
    visitors: differBy('x-variant', 'a', 'bb'),
    method: 'HEAD',
    install(app) {
      app.get('/', (request, response) => {
        share(response).send(`variant ${request.get('x-variant')}`) // leak: head
      })
    },
  },
  {
    id: 'policy-public-data',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      const http = createHttpPolicies(definePolicies({ page: publicData() }))
      app.use(http.middleware())
      app.get('/', http.route('page'), (request, response) => {
        response.json({ language: request.headers['accept-language'] }) // leak: policy-public-data
      })
    },
  },
  {
    id: 'redirect',
    input: INPUT,
    visitors: BY_LANGUAGE,
    install(app) {
      app.get('/', (request, response) => {
        const language = request.get('accept-language') // leak: redirect
        share(response).redirect(301, `/${language}/`)
      })
    },
  },
  {
    id: 'file',
    input: 'header:user-agent',
    visitors: differBy('user-agent', 'phone', 'desk'),
    install(app) {
      app.get('/', (request, response) => {
        const file = request.get('user-agent') === 'phone' ? 'leak.ts' : 'page-language.ts' // leak: file
        response.sendFile(file, { root: import.meta.dirname, maxAge: 60_000 })
      })
    },
  },
  {
    id: 'jsonp',
    input: 'header:x-currency',
    visitors: differBy('x-currency', 'EUR', 'USD'),
    install(app) {
      app.get('/', ({ headers }, response) => {
        share(response).jsonp({ currency: headers['x-currency'] }) // leak: jsonp
      })
    },
  },
  {
    id: 'package',
    input: INPUT,
    package: 'i18n',
    visitors: BY_LANGUAGE,
    install(app) {
      const words = new i18n.I18n({
        locales: ['en', 'de'],
        staticCatalog: { en: { hello: 'hello' }, de: { hello: 'hallo' } },
        defaultLocale: 'en',
      })
      app.use(words.init.bind(words))
      app.get('/', (_request, response) => share(response).send(response.__('hello')))
    },
  },
  {
    id: 'package-called',
    input: INPUT,
    package: 'i18n',
    visitors: BY_LANGUAGE,
    install(app) {
      const words = new i18n.I18n({
        locales: ['en', 'de'],
        staticCatalog: { en: { hello: 'hello' }, de: { hello: 'hallo' } },
        defaultLocale: 'en',
      })
      app.get('/', (request, response) => {
        words.init(request, response) // leak: package-called
        share(response).send(response.__('hello'))
      })
    },
  },
]
