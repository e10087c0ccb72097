/** What an instance tells about itself. */
export interface InstanceDescription {
  /** Counts from 1. */
  readonly number: number
  readonly instances: number
  /** For people; holds no password. */
  readonly database: string
  readonly redis: string
  readonly version: string
}

/** Where the proxies listen that stand in front of the shop, if any do. */
export interface EdgeAddresses {
  readonly varnishUrl: string | undefined
  /** As its visitors know it, too: what it holds is purged by URL. */
  readonly nginxUrl: string | undefined
}

/** What the launcher tells an instance, over the channel and not as arguments: the URLs may hold passwords. */
export interface InstanceConfig {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly edges: EdgeAddresses
  /** Names the data that Redis holds values of. */
  readonly dataId: string
  readonly description: InstanceDescription
}

/** What an instance tells the launcher. */
export type InstanceMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string | undefined; readonly message: string }
