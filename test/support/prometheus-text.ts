/** One family of metrics in a scrape. */
export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: {
    readonly name: string
    readonly labels: Record<string, string>
    readonly value: number
  }[]
}

const HEAD = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy

/**
 * Reads the text format 0.0.4 of Prometheus and throws for what does not keep to it: a sample before its TYPE, a family in
 * two pieces, a series said twice, a name that is not its family's.
 */
export function readPrometheusText(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  let help: { name: string; text: string } | undefined
  let current: Family | undefined
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const head = HEAD.exec(line)
    if (head !== null) {
      const [, kind, name = '', rest = ''] = head
      if (kind === 'HELP') help = { name, text: rest }
      else {
        if (families.has(name)) throw new Error(`${name} comes in two pieces.`)
        if (help?.name !== name) throw new Error(`${name} has no HELP before its TYPE.`)
        current = { name, type: rest, help: help.text, samples: [] }
        families.set(name, current)
      }
      continue
    }
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
    if (name === '' || current === undefined) throw new Error(`This is no sample: ${line}`)
    const suffix = name.slice(current.name.length)
    const allowed = current.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    if (!name.startsWith(current.name) || !allowed.includes(suffix)) {
      throw new Error(`${name} stands among ${current.name}.`)
    }
    const series = line.slice(0, line.lastIndexOf(' '))
    if (seen.has(series)) throw new Error(`${series} is said twice.`)
    seen.add(series)
    current.samples.push({ name, labels: readLabels(labels), value: readValue(value) })
  }
  return families
}

/** One sample of a family by its labels; throws where there is not exactly one. */
export function sampleOf(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string>,
): number {
  const all = [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name)
  const found = all.filter((sample) =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  if (found.length === 1 && found[0] !== undefined) return found[0].value
  throw new Error(`${found.length} samples of ${name} have ${JSON.stringify(labels)}.`)
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let length = 0
  for (const [whole, name = '', value = ''] of text.matchAll(LABEL)) {
    length += whole.length
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  if (length !== text.length) throw new Error(`These are no labels: ${text}`)
  return labels
}

function readValue(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '' || Number.isNaN(Number(text))) throw new Error(`This is no value: ${text}`)
  return Number(text)
}
