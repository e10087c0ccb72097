const WRAPPING = Buffer.byteLength('{"objects":[]}')

/** What to purge as bodies of Akamai's API, none longer than it takes, unless one object alone is. */
export function* purgeBodies(objects: readonly (string | number)[], mostBytes: number): Generator<string> {
  let members: string[] = []
  let bytes = WRAPPING
  for (const object of objects) {
    const member = JSON.stringify(object)
    const size = Buffer.byteLength(member) + 1
    if (members.length > 0 && bytes + size > mostBytes) {
      yield bodyOf(members)
      members = []
      bytes = WRAPPING
    }
    members.push(member)
    bytes += size
  }
  if (members.length > 0) yield bodyOf(members)
}

function bodyOf(members: readonly string[]): string {
  return `{"objects":[${members.join(',')}]}`
}
