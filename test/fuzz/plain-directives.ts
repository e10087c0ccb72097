const NUMBERS = new Set([
  'max-age',
  's-maxage',
  'max-stale',
  'min-fresh',
  'stale-while-revalidate',
  'stale-if-error',
])
const FLAGS = new Set([
  'public',
  'private',
  'no-cache',
  'no-store',
  'must-revalidate',
  'proxy-revalidate',
  'must-understand',
  'immutable',
  'only-if-cached',
])

/** Those that count even where they are left over of a malformed member. */
const FORBIDDING = ['private', 'no-store', 'no-cache']

/** One directive in the form in which no two readers could differ: lower case, no quotes, no white space. */
export interface PlainDirective {
  readonly name: string
  readonly argument: string | undefined
}

/** The members of a `Cache-Control` value that mean something, written apart from policy/'s parser (RFC 9111 §5.2). */
export function readPlainly(value: string): PlainDirective[] {
  const directives: PlainDirective[] = []
  let rest = value
  while (rest !== '') {
    rest = rest.replace(/^[\s,]+/, '')
    const name = (/^[\w!#$%&'*+.^`|~-]+/.exec(rest) ?? [''])[0]
    rest = rest.slice(name.length)
    let argument: string | undefined
    if (name !== '' && rest.startsWith('="') && rest.includes('"', 2)) {
      const end = rest.indexOf('"', 2)
      argument = rest.slice(2, end)
      rest = rest.slice(end + 1)
    } else if (name !== '' && rest.startsWith('=')) {
      argument = (/^[^\s,"]*/.exec(rest.slice(1)) ?? [''])[0]
    }
    const comma = rest.indexOf(',')
    const leftOver = comma < 0 ? rest : rest.slice(0, comma)
    rest = comma < 0 ? '' : rest.slice(comma)
    directives.push({ name: name.toLowerCase(), argument })
    const strays = FORBIDDING.filter((stray) => leftOver.toLowerCase().includes(stray))
    directives.push(...strays.map((stray) => ({ name: stray, argument: undefined })))
  }
  return directives
    .filter(({ name }) => NUMBERS.has(name) || FLAGS.has(name))
    .map(({ name, argument }) => ({
      name,
      argument: FLAGS.has(name) ? undefined : argument?.replaceAll(',', '?'),
    }))
}

export function writePlainly(directives: readonly PlainDirective[]): string {
  return directives
    .map(({ name, argument }) => (argument === undefined ? name : `${name}=${argument}`))
    .join(', ')
}

/** RFC 9111 §4.2.1: of a repeated directive the first counts. */
export function firstOfEach(directives: readonly PlainDirective[]): PlainDirective[] {
  return directives.filter(({ name }, at) => directives.findIndex((other) => other.name === name) === at)
}

/** RFC 9111 §1.2.2 and §4.2.1: a lifetime that is none counts as 0, one beyond 2^31 as 2^31; a bare max-stale has no limit. */
export function withDeltaSeconds(directive: PlainDirective): PlainDirective {
  const { name, argument } = directive
  if (!NUMBERS.has(name) || (name === 'max-stale' && argument === undefined)) return directive
  const isValid = argument !== undefined && /^[0-9]+$/.test(argument)
  return { name, argument: isValid ? `${Math.min(Number(argument), 2 ** 31)}` : '0' }
}
