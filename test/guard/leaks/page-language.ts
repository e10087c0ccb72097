import type { Request } from 'express'

/** A helper as applications have them, in a file of its own. */
export function pageLanguage(request: Request): string {
  const wanted = request.headers['accept-language'] // leak: helper-in-another-file
  return wanted?.split(',', 1)[0] ?? 'en'
}

export async function pageCountry(request: Request): Promise<string> {
  await new Promise(setImmediate)
  return request.get('CF-IPCountry') ?? 'none' // leak: async-helper-in-another-file
}
