/** Whether it can stand where a URL is wanted; resolving it tells whether it is one. */
export function isUrlLike(value: unknown): value is string | URL {
  return (typeof value === 'string' && value !== '') || value instanceof URL
}
