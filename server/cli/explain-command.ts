import { Command, Option } from 'commander'
import {
  type CacheType,
  type Explanation,
  type Profile,
  explain,
  renderExplanation,
} from '../../policy/index.ts'
import { collectHeader, parseMethod, parseTimeout } from './arguments.ts'
import { type RealExchange, exchangeWith } from './explain-exchange.ts'
import { renderExchange } from './explain-report.ts'
import { CommandError } from './fail.ts'

interface ExplainFlags {
  readonly method: string
  readonly header: readonly (readonly [string, string])[]
  readonly json?: true
  readonly profile: Profile
  readonly private?: true
  readonly shared?: true
  readonly timeout: number
}

/** `thermocline explain`: what caches do with a URL, and by which rules. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('ask for a URL, and say what caches do with the answer and why')
    .description(
      'Asks for a URL, and says what a browser and a shared cache do with the answer: whether they store it, for how long ' +
        'it is fresh, what happens afterwards, and by which rule.',
    )
    .argument('<url>', 'what to ask for: http://127.0.0.1:8000/products/42')
    .option('--method <name>', 'method to ask with; it is really sent, so DELETE deletes', parseMethod, 'GET')
    .addOption(
      new Option('-H, --header <field>', "a request field, 'Name: value'; may be given again")
        .argParser(collectHeader)
        .default([], 'none'),
    )
    .option('--private', 'explain a private cache alone, such as a browser')
    .option('--shared', 'explain a shared cache alone, such as a CDN or a proxy')
    .addOption(
      new Option('--profile <name>', 'what the shared cache holds to')
        .choices(['safe', 'rfc9111'])
        .default('safe'),
    )
    .addOption(
      new Option('--timeout <seconds>', 'the longest wait for the answer')
        .argParser(parseTimeout)
        .default(10_000, '10'),
    )
    .option('--json', 'print the structure, for programs')
    .addHelpText(
      'after',
      '\nIt asks as a new client does: no browser has had a hand in it, but a cache in the\n' +
        'server itself or on the way may answer, and what such caches say is printed.\n' +
        '\nIt asks for gzip, deflate or br, and counts the bytes of the body as they came, so\n' +
        "coded; -H 'Accept-Encoding: identity' asks for plain ones.\n" +
        '\nRedirects are not followed; where one leads is printed. Cookies are not shown.\n' +
        "\nExample:\n  $ thermocline explain https://example.com/ -H 'Accept-Language: de'",
    )
    .action((url: string, flags: ExplainFlags) => runExplain(url, flags))
}

async function runExplain(url: string, flags: ExplainFlags): Promise<void> {
  const exchange = await exchangeWith(checkUrl(url), {
    method: flags.method,
    headers: flags.header,
    timeoutMs: flags.timeout,
  })
  const isBoth = flags.private === flags.shared
  const explanations = {
    ...(isBoth || flags.private ? { private: explainFor(exchange, 'private', flags.profile) } : {}),
    ...(isBoth || flags.shared ? { shared: explainFor(exchange, 'shared', flags.profile) } : {}),
  }
  const report = renderExchange(exchange)
  if (flags.json) {
    console.log(JSON.stringify({ ...report.facts, explanations }, undefined, 2))
    return
  }
  const parts = [
    report.text,
    ...(explanations.private ? [renderExplanation(explanations.private)] : []),
    ...(explanations.shared ? [renderExplanation(explanations.shared)] : []),
  ]
  console.log(parts.join('\n').trimEnd())
}

/** The URL as it is sent. Throws a `CommandError` for what can't be asked for. */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new CommandError(
      `${JSON.stringify(text)} is no URL. Give one that starts with http:// or https://.`,
      2,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new CommandError(
      "The URL holds a name or password. Give them as --header 'Authorization: Basic …'.",
      2,
    )
  }
  url.hash = ''
  return url.href
}

function explainFor(exchange: RealExchange, cacheType: CacheType, profile: Profile): Explanation {
  const { url, method, requestHeaders, bodyBytes, ...response } = exchange
  return explain({
    request: { method, url, headers: requestHeaders },
    response: { ...response, ...(bodyBytes === undefined ? {} : { bodyBytes }) },
    cacheType,
    ...(cacheType === 'shared' ? { profile } : {}),
  })
}
