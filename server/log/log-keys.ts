/** Where the log keeps what it knows; in a Cluster all in one slot, since its scripts need it together. */
export interface LogKeys {
  readonly stream: string
  /** A hash: on which server the log was last begun anew, and why. */
  readonly epoch: string
  /** A hash: who tails the log, how far each has come, and until when it counts. */
  readonly members: string
}

/** The stream keeps its name. Its neighbours share its hash tag, or take its whole name for theirs. */
export function logKeys(key: string): LogKeys {
  const tagged = /^[^{]*\{[^}]+\}/.test(key) ? key : `{${key}}`
  return { stream: key, epoch: `${tagged}:epoch`, members: `${tagged}:members` }
}
