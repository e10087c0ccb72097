import type { Express, Request } from 'express'
import session from 'express-session'
import passport from 'passport'

declare module 'express-session' {
  interface SessionData {
    cart?: string
  }
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface User {
      readonly name: string
    }
  }
}

class NameStrategy extends passport.Strategy {
  override name = 'name'
  override authenticate(request: Request): void {
    this.success({ name: String(request.params['name']) })
  }
}

/** Sessions and users as applications have them: express-session, passport, and `POST /login/:name`. */
export function signIn(app: Express): void {
  const people = new passport.Passport()
  people.use(new NameStrategy())
  people.serializeUser((user, done) => done(null, user.name))
  people.deserializeUser((name: string, done) => done(null, { name }))
  app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(people.session())
  app.post('/login/:name', people.authenticate('name'), (request, response) => {
    request.session.cart = `cart of ${request.user?.name}`
    response.sendStatus(204)
  })
}
