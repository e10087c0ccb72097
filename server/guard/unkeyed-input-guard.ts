import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ThermoclineError,
  describeValue,
  fromNodeHeaders,
  parseVary,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { Middleware } from '../http/http-policies.ts'
import { onHead } from '../http/on-head.ts'
import { allowCloning } from './cloning.ts'
import { type Finding, describeFinding, formatFinding } from './finding.ts'
import { fieldsBehind, isInputName } from './inputs.ts'
import { mendEachWrite, mendResponse, mustBePrivate } from './mend-response.ts'
import type { Read, ReadLog } from './read-log.ts'
import { isShareable } from './shareable.ts'
import { watchRequest } from './watch-request.ts'

export interface UnkeyedInputGuardOptions {
  /**
   * `'report'` tells of each input that `Vary` lacks. `'auto'` adds it to `Vary`; what `Vary` can't say makes the response
   * `private`, and is told. @default 'report'
   */
  readonly vary?: 'report' | 'auto' | undefined
  /** Told once for each input and place in the code. @default console.warn, in three lines */
  readonly onFinding?: ((finding: Finding) => void) | undefined
  /** Inputs that change nothing in any response, as findings name them: `'header:dnt'`, `'req.ip'`. @default [] */
  readonly ignore?: readonly string[] | undefined
  /** Request fields that your caches have in their key beside the URL and `Host`, such as `'X-Forwarded-Host'`. @default [] */
  readonly keyed?: readonly string[] | undefined
  /**
   * Whether anything is done at all. @default outside of production (`NODE_ENV`); with `vary: 'auto'` always, since what is
   * mended in development would leak in production
   */
  readonly enabled?: boolean | undefined
}

const KNOWN = ['vary', 'onFinding', 'ignore', 'keyed', 'enabled']
const MOST_FINDINGS = 1_000
const FIELD_NAME = /^[!#$%&'*+.^_`|~\da-z-]+$/

/**
 * An Express middleware that finds responses which a shared cache may keep although they were made by reading something of
 * the request that is in no cache key: a field, a cookie, `req.user`, `req.ip`. It goes first in the application, behind a
 * response cache and in front of everything else. Throws `option-invalid`.
 */
export function unkeyedInputGuard(options: UnkeyedInputGuardOptions = {}): Middleware {
  const { vary, report, ignored, keyed, isEnabled } = resolve(options)
  if (!isEnabled) return (_request, _response, next) => next()
  allowCloning()
  const told = new Set<string>()
  const guarded = new WeakSet<IncomingMessage>()

  const tell = (finding: Finding): void => {
    const key = `${finding.input} ${finding.at}`
    if (told.has(key) || told.size >= MOST_FINDINGS) return
    told.add(key)
    try {
      report(finding)
    } catch (error) {
      console.error('thermocline: `onFinding` threw.', error)
    }
  }

  const uncovered = (log: ReadLog, response: ServerResponse): readonly Read[] => {
    const named = parseVary(fromNodeHeaders(response.getHeaders()).get('vary'))
    const isInKey = (field: string): boolean => keyed.has(field) || named.includes(field)
    const isIgnored = ({ input }: Read): boolean => ignored.has(input.toLowerCase())
    return withoutRepeats(log.reads, isIgnored).filter((read) => {
      return !isIgnored(read) && fieldsBehind(read.input, log.credentials)?.every(isInKey) !== true
    })
  }

  return (request, response, next) => {
    const mayBeKept = request.method === 'GET' || request.method === 'HEAD'
    if (!mayBeKept || guarded.has(request)) {
      next()
      return
    }
    guarded.add(request)
    const log = watchRequest(request)
    // Looked for without reading it, so that nobody who counts reads counts this one.
    const isAuthorized = log.quietly(() => 'authorization' in request.headers)
    const openReads = (): readonly Read[] => {
      const headers = response.getHeaders()
      const outgoing = { status: response.statusCode, headers, isAuthorized, nowMs: Date.now() }
      return isShareable(outgoing) ? uncovered(log, response) : []
    }
    const mended = new Map<string, Read>()
    onHead(response, () => {
      log.close()
      if (vary === 'auto') {
        mendEachWrite(response, () => {
          const open = openReads()
          for (const read of open) mended.set(`${read.input} ${read.at}`, read)
          mendResponse(response, open, log.credentials)
        })
      }
      // Whoever was put around `writeHead` before this guard has yet to write headers, all within this turn.
      queueMicrotask(() => {
        for (const read of mended.values()) {
          if (!mustBePrivate(read.input, log.credentials)) continue
          tell(describeFinding(read, request, log.credentials, 'private'))
        }
        for (const read of openReads()) tell(describeFinding(read, request, log.credentials, undefined))
      })
    })
    next()
  }
}

/**
 * Going through all fields reads each of them too, there or in a function for each: that is one finding, not twenty. Where
 * the going through is ignored, only what the same expression reads goes with it.
 */
function withoutRepeats(reads: readonly Read[], isIgnored: (read: Read) => boolean): readonly Read[] {
  return reads.filter((read, index) => {
    const [kind] = read.input.split(':', 1)
    const all = reads.slice(0, index).filter(({ input }) => input === `${kind}:*`)
    if (all.some(({ at }) => at === read.at)) return false
    const counted = all.filter((one) => !isIgnored(one))
    if (counted.some(({ within }) => within === read.within)) return false
    const isInFile = counted.some(({ at }) => fileOf(at) === fileOf(read.at))
    return !isInFile || !reads.some((other) => other !== read && other.at === read.at)
  })
}

function fileOf(at: string): string {
  return at.replace(/:\d+:\d+$/, '')
}

function resolve(options: UnkeyedInputGuardOptions) {
  refuseUnknownOptions('`unkeyedInputGuard`', options, KNOWN)
  const { vary = 'report', onFinding, enabled } = options
  if (vary !== 'report' && vary !== 'auto') {
    refuse('vary', vary, "'report' or 'auto'")
  }
  if (onFinding !== undefined && typeof onFinding !== 'function') refuse('onFinding', onFinding, 'a function')
  if (enabled !== undefined && typeof enabled !== 'boolean') refuse('enabled', enabled, 'true or false')
  return {
    vary,
    report: onFinding ?? ((finding: Finding) => console.warn(formatFinding(finding))),
    ignored: inputNames(names('ignore', options.ignore, "['req.ip', 'header:dnt']")),
    keyed: fieldNames(names('keyed', options.keyed, "['X-Forwarded-Host']")),
    isEnabled: enabled ?? (vary === 'auto' || process.env['NODE_ENV'] !== 'production'),
  }
}

function names(option: string, value: readonly string[] = [], example: string): ReadonlySet<string> {
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string')
  if (!isList) refuse(option, value, `an array of names, such as ${example}`)
  return new Set(value.map((name) => name.toLowerCase()))
}

/** A name that no finding has would never match, and nobody would notice. */
function inputNames(given: ReadonlySet<string>): ReadonlySet<string> {
  for (const name of given) {
    if (isInputName(name)) continue
    const isBare = FIELD_NAME.test(name) && !name.startsWith('req.')
    const instead = isBare
      ? `'header:${name}' for a field, 'cookie:${name}' for a cookie`
      : "an input as findings name it: 'header:dnt', 'cookie:theme', 'req.ip'"
    refuseName('ignore', name, instead)
  }
  return given
}

function fieldNames(given: ReadonlySet<string>): ReadonlySet<string> {
  for (const name of given) {
    if (FIELD_NAME.test(name)) continue
    const bare = name.replace(/^header:/, '')
    refuseName(
      'keyed',
      name,
      FIELD_NAME.test(bare) ? `'${bare}'` : "names of request fields: 'X-Forwarded-Host'",
    )
  }
  return given
}

function refuseName(option: string, name: string, instead: string): never {
  throw new ThermoclineError('option-invalid', `\`${option}\` holds ${describeValue(name)}. Give ${instead}.`)
}

function refuse(option: string, value: unknown, instead: string): never {
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. Give ${instead}.`)
}
