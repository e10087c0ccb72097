import { useEffect, useRef, useState } from 'preact/hooks'
import { reachable } from './connection.ts'
import { onInvalidated } from './invalidations.ts'
import type { Problem, Result } from './result.ts'
import { changeCountOf } from './worker.ts'

export interface Resource<T> {
  /** The latest value; stays while the next one loads. */
  value: T | undefined
  problem: Problem | undefined
  loading: boolean
  lastSeen: boolean
  /** The worker has found meanwhile that the answer at `key` has changed. */
  outdated: boolean
  reload: () => void
}

interface State<T> {
  key: string
  value: T | undefined
  problem: Problem | undefined
  lastSeen: boolean
  /** How often the worker had found the answer changed when it was asked for. */
  changes: number
}

/**
 * Loads what `key` names, again when the key changes and when the shop is in reach again after an answer was last seen
 * or failed, and when one of its groups is invalidated. Where the key is a path it also says when the worker has found a newer answer.
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<Result<T>>,
  groups: readonly string[] = [],
): Resource<T> {
  const [state, setState] = useState<State<T> | undefined>(undefined)
  const [version, setVersion] = useState(0)
  const changes = changeCountOf(key)
  const latestLoad = useRef(load)
  latestLoad.current = load

  useEffect(() => {
    const gone = new AbortController()
    void latestLoad.current(gone.signal).then((result) => {
      if (gone.signal.aborted) return
      setState((before) =>
        result.ok
          ? { key, value: result.value, problem: undefined, lastSeen: result.lastSeen, changes }
          : {
              key,
              value: before?.key === key ? before.value : undefined,
              problem: result.problem,
              lastSeen: true,
              changes,
            },
      )
    })
    return () => gone.abort()
  }, [key, version])

  const watched = groups.join(' ')
  useEffect(
    () =>
      watched === ''
        ? undefined
        : onInvalidated(watched.split(' '), () => setVersion((before) => before + 1)),
    [watched],
  )

  const inReach = reachable.value
  const wanting = state !== undefined && (state.lastSeen || state.problem?.kind === 'unreachable')
  useEffect(() => {
    if (inReach && wanting) setVersion((before) => before + 1)
    // Only a return into reach counts: a value that is last seen while in reach would load for ever.
  }, [inReach])

  return {
    value: state?.value,
    problem: state?.key === key ? state.problem : undefined,
    loading: state?.key !== key,
    lastSeen: state?.lastSeen ?? false,
    outdated: state !== undefined && state.key === key && changes > state.changes,
    reload: () => setVersion((before) => before + 1),
  }
}
