/** What the bench asks a subject's process. */
export type Question = 'calls' | 'memory'

/** What that process says: once where it listens or why it can't, then an answer to each question. */
export type Message =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'absent'; readonly why: string }
  | { readonly type: 'calls'; readonly calls: number }
  | { readonly type: 'memory'; readonly memory: Memory }

/** Bytes after a garbage collection. `heap` includes buffers, which V8 keeps outside its own heap. */
export interface Memory {
  readonly heap: number
  readonly resident: number
}
