import { CloudOff, TriangleAlert } from 'lucide-preact'
import { describeProblem } from '../data/describe-problem.ts'
import type { Problem } from '../data/result.ts'
import { EmptyState } from './empty-state.tsx'

export interface ProblemStateProps {
  problem: Problem
  /** What can't be had offline, such as "Your account". */
  subject: string
  onRetry: () => void
}

/** Takes the place of what could not be loaded. */
export function ProblemState({ problem, subject, onRetry }: ProblemStateProps) {
  if (problem.kind === 'unreachable') {
    return (
      <div data-testid="offline-note">
        <EmptyState
          icon={<CloudOff />}
          heading={`${subject} is not available offline`}
          action={{ onClick: onRetry, text: 'Try again' }}
        >
          The shop is out of reach just now. Shelves, search and products can still be browsed.
        </EmptyState>
      </div>
    )
  }
  return (
    <div role="alert">
      <EmptyState
        icon={<TriangleAlert />}
        heading="That did not work"
        action={{ onClick: onRetry, text: 'Try again' }}
      >
        {describeProblem(problem)}
      </EmptyState>
    </div>
  )
}
