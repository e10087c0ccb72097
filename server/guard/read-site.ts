import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { classifyFile, packageOf, type FrameKind } from './known-packages.ts'

/** Where something was read, and which package did it where it was not the application itself. */
export interface ReadSite {
  /** `file:line:column`, relative to the working directory where it lies inside. */
  readonly at: string
  readonly package: string | undefined
  /** The same for two places in one function. */
  readonly within: string
}

/** Enough to get through a library that renders recursively. */
const DEPTH = 100
const MOST_REMEMBERED = 5_000

const kinds = new Map<string, FrameKind>()
const places = new Map<string, string>()

/**
 * The place in the code to which a read that is under way is put down. `'harmless'` where it shapes no answer, `'own'` where
 * it is this package's.
 */
export function findReadSite(): ReadSite | 'harmless' | 'own' {
  const frames = captureFrames()
  let app: number | undefined
  let library: number | undefined
  for (const [index, frame] of frames.entries()) {
    const kind = kindOf(frame)
    if (kind === 'boundary') break
    if (kind === 'own') return 'own'
    if (kind === 'quiet' || (kind === 'harmless' && app === undefined)) return 'harmless'
    if (kind === 'app') app ??= index
    if (kind === 'package' && app === undefined) library ??= index
  }
  const index = app ?? library
  if (index === undefined) return 'harmless'
  const reader = library === undefined ? undefined : packageOf(fileOf(frames[library]))
  return { at: placeOf(frames, index), package: reader?.name, within: functionOf(frames[index]) }
}

function functionOf(frame: NodeJS.CallSite | undefined): string {
  return `${fileOf(frame)}:${frame?.getEnclosingLineNumber()}:${frame?.getEnclosingColumnNumber()}`
}

function kindOf(frame: NodeJS.CallSite): FrameKind {
  const file = fileOf(frame)
  let kind = kinds.get(file)
  if (kind === undefined) {
    kind = classifyFile(file)
    remember(kinds, file, kind)
  }
  return kind
}

/** V8's own frames: cheap, but without what source maps say. */
function captureFrames(): NodeJS.CallSite[] {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Error.prepareStackTrace = (_, frames) => frames
    const frames: unknown = captureStack()
    return Array.isArray(frames) ? (frames as NodeJS.CallSite[]) : []
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Object.defineProperty(Error, 'prepareStackTrace', before)
  }
}

function captureStack(): unknown {
  const { stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = DEPTH
    Error.captureStackTrace(holder, findReadSite)
    return holder.stack
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** As the stack trace of an error would give it, with source maps; looked up once for each place in the code. */
function placeOf(frames: readonly NodeJS.CallSite[], index: number): string {
  const frame = frames[index]
  const raw = `${fileOf(frame)}:${frame?.getLineNumber()}:${frame?.getColumnNumber()}`
  const known = places.get(raw)
  if (known !== undefined) return known
  const text = captureStack()
  const lines = typeof text === 'string' ? text.split('\n').filter((line) => /^\s+at /.test(line)) : []
  // One line a frame, unless somebody formats stack traces in another way.
  const line = lines.length === frames.length ? lines[index] : undefined
  const [, file, position] = /^\s+at (?:async )?(?:.* \()?(.+?)(:\d+:\d+)\)?$/.exec(line ?? '') ?? []
  const place = file === undefined ? shorten(raw) : `${shorten(toPath(file))}${position}`
  remember(places, raw, place)
  return place
}

function fileOf(frame: NodeJS.CallSite | undefined): string {
  return toPath(frame?.getFileName() ?? '')
}

function toPath(file: string): string {
  if (!file.startsWith('file:')) return file
  try {
    return fileURLToPath(file)
  } catch {
    return file
  }
}

function shorten(file: string): string {
  const short = relative(process.cwd(), file)
  const isInside = isAbsolute(file) && !isAbsolute(short) && short !== '..' && !short.startsWith(`..${sep}`)
  return isInside ? short : file
}

/** Code made at run time has ever new places, so what is remembered has a limit. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MOST_REMEMBERED) map.clear()
  map.set(key, value)
}
