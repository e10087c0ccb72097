import { type GroupBudget, groupField } from '../group-budget.ts'

/** The field by which a vendor learns of groups, where there is anything to tell. */
export function taggedBy(
  field: string,
  groups: readonly string[],
  budget: GroupBudget,
): Readonly<Record<string, string>> {
  const value = groupField(groups, budget)
  return value === '' ? {} : { [field]: value }
}
