/**
 * Stands before the worker's own script, which stays as it was built. Answers the message `engines:settled` with a name of
 * this run of the worker, once all that its events were kept alive for has ended: only then is storing over. Answers
 * `engines:requests` with how many requests it was given.
 */
export const OBSERVER = `{
  const run = crypto.randomUUID()
  const pending = new Set()
  let requests = 0
  const observe = (type, name) => {
    const original = type.prototype[name]
    type.prototype[name] = function (given) {
      const ended = Promise.resolve(given).then(() => {}, () => {}).then(() => pending.delete(ended))
      pending.add(ended)
      return original.call(this, given)
    }
    return original
  }
  observe(FetchEvent, 'respondWith')
  const keepAlive = observe(ExtendableEvent, 'waitUntil')
  addEventListener('fetch', () => {
    requests += 1
  })
  addEventListener('message', (event) => {
    if (event.data === 'engines:requests') event.ports[0].postMessage(requests)
    if (event.data !== 'engines:settled') return
    const settle = async () => {
      while (pending.size > 0) await Promise.all(pending)
      event.ports[0].postMessage(run)
    }
    keepAlive.call(event, settle())
  })
}`
