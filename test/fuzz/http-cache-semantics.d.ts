declare module 'http-cache-semantics' {
  interface Message {
    readonly headers: Readonly<Record<string, string>>
    readonly method?: string
    readonly status?: number
  }

  export default class CachePolicy {
    constructor(request: Message, response: Message, options?: { shared?: boolean })
    now(): number
    storable(): boolean
    maxAge(): number
    age(): number
    evaluateRequest(request: Message): { response?: object; revalidation?: { synchronous: boolean } }
  }
}
