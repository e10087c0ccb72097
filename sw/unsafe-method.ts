/** RFC 9110 §9.2.1. A method that is not known here counts as unsafe, which at worst drops more than it must. */
export function isSafeMethod(method: string): boolean {
  return /^(?:GET|HEAD|OPTIONS|TRACE)$/.test(method)
}
