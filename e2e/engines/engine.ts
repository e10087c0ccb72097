export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** One page of a browser. */
export interface Tab {
  /** Navigates and waits for the page. */
  open(url: string): Promise<void>
  /** Calls a function, given as source, in the page; what it returns comes back as JSON carries it. */
  evaluate(source: string, args: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

/** A running browser. All its tabs share one storage. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  newTab(): Promise<Tab>
  /**
   * Makes the browser stop the worker that controls a tab, as it does with idle ones, by whatever way it has. The tab may
   * be navigated for it.
   */
  stopWorker(tab: Tab): Promise<void>
  close(): Promise<void>
}

/** The expression that calls a function of ours in a page and makes JSON of its result. */
export function callExpression(source: string, args: readonly unknown[]): string {
  // What runs our TypeScript marks functions with their names through a helper that a page has not got.
  const named = 'const __name = (named) => named'
  return `(async () => { ${named}; return JSON.stringify((await (${source})(...${JSON.stringify(args)})) ?? null) })()`
}
