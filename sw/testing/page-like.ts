/** What the helpers use of a Playwright `Page`. */
export interface PageLike {
  evaluate<Result, Argument>(
    work: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>
  context(): ContextLike
}

/** What they use of a `BrowserContext`. */
export interface ContextLike {
  newCDPSession(page: never): Promise<SessionLike>
}

/** What they use of a `CDPSession`. */
export interface SessionLike {
  send(method: 'ServiceWorker.enable' | 'ServiceWorker.stopAllWorkers'): Promise<unknown>
  detach(): Promise<void>
}
