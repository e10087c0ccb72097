import compression from 'compression'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import express, { type Express } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import morgan from 'morgan'
import onHeaders from 'on-headers'
import { share } from './leaks/leak.ts'
import type { Stack } from './ordinary-stacks.ts'
import { signIn } from './sign-in.ts'

const LONG = 'some words to be compressed. '.repeat(100)

/** What applications have in front of their handlers. */
export const middlewareStacks: readonly Stack[] = [
  {
    name: 'compression',
    install: (app) => {
      app.use(
        compression({ threshold: 0, filter: ({ headers }) => headers['x-no-compression'] === undefined }),
      )
      app.get('/', (_request, response) => share(response).send(LONG))
    },
  },
  {
    name: 'cors for some origins',
    install: (app) => {
      app.use(cors({ origin: ['http://a.example', /\.b\.example$/], credentials: true }))
      app.get('/', (_request, response) => share(response).json({}))
    },
  },
  {
    name: 'helmet',
    install: (app) => {
      app.use(helmet()).get('/', (_request, response) => share(response).send('page'))
    },
  },
  ...['combined', ':remote-addr :method :url :req[user-agent] :who'].flatMap((format) =>
    [false, true].map((immediate) => ({
      name: `morgan ${format} ${immediate ? 'at once' : 'in the end'}`,
      install: (app: Express, log: (line: string) => void) => {
        morgan.token('who', (request: express.Request) => `${request.ip} ${request.user?.name}`)
        app.use(morgan(format, { immediate, stream: { write: log } }))
        app.get('/', (_request, response) => share(response).send('page'))
      },
    })),
  ),
  {
    name: 'a rate limit by address',
    install: (app) => {
      app
        .set('trust proxy', 1)
        .use(rateLimit({ limit: 100, standardHeaders: 'draft-8', legacyHeaders: false }))
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'a rate limit by a key of its own',
    install: (app) => {
      const keyGenerator = ({ headers }: express.Request): string => String(headers['x-api-key'])
      app.use(rateLimit({ limit: 100, keyGenerator, skip: async ({ headers }) => headers['x-vip'] === '1' }))
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'cookies parsed that nobody reads',
    install: (app) => {
      app.use(cookieParser('secret')).get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'sessions and users that nobody reads',
    signsIn: true,
    install: (app) => {
      signIn(app)
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'body parsers in front of a GET',
    install: (app) => {
      app.use(express.json(), express.urlencoded({ extended: true }), express.text(), express.raw())
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'a listener for the headers',
    install: (app) => {
      app.use((_request, response, next) => {
        onHeaders(response, () => response.setHeader('X-Took', '1'))
        next()
      })
      app.get('/', (_request, response) => share(response).send('page'))
    },
  },
  {
    name: 'all that is usual, in front of a public page',
    signsIn: true,
    install: (app, log) => {
      app.set('trust proxy', 1)
      app.use(morgan('combined', { stream: { write: log } }), helmet(), cors(), compression({ threshold: 0 }))
      app.use(express.json(), cookieParser(), rateLimit({ limit: 100 }))
      signIn(app)
      app.get('/', (_request, response) => share(response).json({ page: LONG }))
    },
  },
]
