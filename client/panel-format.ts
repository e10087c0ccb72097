const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** An age or a lifetime as people say it, one unit or two: `53 s`, `4 min`, `2 h 5 min`, `365 d`. The sign is dropped. */
export function formatAge(ms: number): string {
  const total = Math.round(Math.abs(ms) / 1000) * 1000
  const largest = UNITS.findIndex(([, unitMs]) => total >= unitMs)
  const [unit, unitMs] = UNITS[largest] ?? ['s', 1000]
  const count = Math.floor(total / unitMs)
  const next = UNITS[largest + 1]
  const rest = next ? Math.floor((total % unitMs) / next[1]) : 0
  return next && rest > 0 && count < 10 ? `${count} ${unit} ${rest} ${next[0]}` : `${count} ${unit}`
}

/** How long a request took: `0.4 ms`, `12 ms`, `1.25 s`. */
export function formatTime(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `812 B`, `4.2 kB`, `1.3 MB`; decimal units, as networks count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const kilobytes = bytes / 1000
  if (kilobytes < 999.5) return `${kilobytes < 99.5 ? kilobytes.toFixed(1) : Math.round(kilobytes)} kB`
  return `${(kilobytes / 1000).toFixed(1)} MB`
}
