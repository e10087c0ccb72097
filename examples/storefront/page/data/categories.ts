import { computed, signal } from '@preact/signals'
import type { Category } from './api-types.ts'
import { orFromSnapshot } from './catalogue-snapshot.ts'
import { requestJson } from './request-json.ts'
import type { Problem } from './result.ts'

const held = signal<Category[] | undefined>(undefined)
const problem = signal<Problem | undefined>(undefined)

/** The shop's categories once they are known. */
export const categories = computed(() => held.value)

/** Why they are not known. */
export const categoriesProblem = computed(() => problem.value)

export async function loadCategories(): Promise<void> {
  const answer = await orFromSnapshot(
    await requestJson<Category[]>('/api/categories'),
    (snapshot) => snapshot.categories,
  )
  if (answer.ok) held.value = answer.value
  problem.value = answer.ok ? undefined : answer.problem
}
