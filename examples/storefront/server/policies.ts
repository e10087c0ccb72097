import { definePolicies, immutable, noStore, privateData, publicData, revalidate } from 'thermocline/policy'

/** How each kind of resource is cached, in every layer. */
export const policies = definePolicies({
  /** Files with a hash in their name: the page's scripts and styles, and the pictures. */
  asset: immutable(),
  /** The page itself and its service worker: a deploy is seen at the next visit. */
  page: revalidate(),
  /** The whole shop in one document, for browsing offline; carries no stock. */
  catalog: publicData({
    browser: '5m',
    cdn: '10m',
    l1: '1m',
    l2: '10m',
    staleWhileRevalidate: '1d',
    staleIfError: '7d',
  }),
  listing: publicData({
    browser: '30s',
    cdn: '2m',
    l1: '30s',
    l2: '5m',
    staleWhileRevalidate: '1m',
    staleIfError: '1d',
  }),
  product: publicData({
    browser: '1m',
    cdn: '5m',
    l1: '1m',
    l2: '5m',
    staleWhileRevalidate: '1m',
    staleIfError: '1d',
  }),
  /** Kept by the user's own browser, asked about at each visit, and there when the network is not. */
  account: privateData({ browser: '0s', staleIfError: '1d' }),
  /** Carts, tokens, stock to the piece: always from the database. */
  secret: noStore(),
})

export type PolicyName = keyof typeof policies
