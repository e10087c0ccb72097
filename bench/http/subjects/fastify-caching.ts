import caching from '@fastify/caching'
import Fastify from 'fastify'
import type { Adapter } from '../adapter.ts'
import { PATH, load } from '../route.ts'

/** As its README has it: the plugin sets `Cache-Control` and keeps no bodies, so the handler runs each time. */
export const adapter: Adapter = async () => {
  const fastify = Fastify()
  await fastify.register(caching, { privacy: caching.privacy.PUBLIC, expiresIn: 3_600 })
  fastify.get<{ Params: { id: string } }>(PATH, (request, reply) => {
    void reply.send(load(request.params.id))
  })
  await fastify.ready()
  return fastify.server
}
