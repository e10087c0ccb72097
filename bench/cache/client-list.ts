/** The ids of the connections that wait for news: subscribers, and readers of a stream. Reads what `CLIENT LIST` prints. */
export function findListeners(list: string): string[] {
  return list.split('\n').flatMap((line) => {
    const fields = new Map(
      [...line.matchAll(/(\S+?)=(\S*)/g)].map(([, name = '', value = '']) => [name, value]),
    )
    const isSubscribed = Number(fields.get('sub') ?? 0) + Number(fields.get('psub') ?? 0) > 0
    const id = fields.get('id')
    return id !== undefined && (isSubscribed || fields.get('cmd') === 'xread') ? [id] : []
  })
}
