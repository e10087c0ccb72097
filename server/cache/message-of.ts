/** The message of whatever was thrown. Never throws itself, which even looking at an error may do. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'an error without a message'
  }
}
