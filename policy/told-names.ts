/** The parser of the URL Standard: every host of this has it, ES2023's types know none. */
declare const URL: { canParse(url: string): boolean }

/** What was invalidated, by name. */
export interface ToldNames {
  readonly groups: readonly string[]
  /** Absolute. */
  readonly urls: readonly string[]
  /** Whether this is all of it: names that can't be read may be any. */
  readonly isWhole: boolean
}

/** Reads the names out of what a server or a page tells, which is untrusted; either list may be left out. */
export function readToldNames({ groups, urls }: Readonly<Record<string, unknown>>): ToldNames {
  return {
    groups: strings(groups),
    urls: strings(urls).filter((url) => URL.canParse(url)),
    isWhole: [groups, urls].every((names) => names === undefined || Array.isArray(names)),
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((member) => typeof member === 'string') : []
}
