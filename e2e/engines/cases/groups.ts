import assert from 'node:assert/strict'
import type { WorkerOrigin } from '../../worker-origin.ts'
import type { Case, Subject } from '../case.ts'
import type { Kit } from '../kit.ts'
import { gate } from './versions.ts'

const PATHS = ['/product', '/list', '/unrelated'] as const
const GROUPS = { '/product': '"product-1"', '/list': '"lists", "product-1"', '/unrelated': '"product-2"' }

/** Stores two members of a group and one of another. */
async function storeMembers({ origin, store }: Kit): Promise<void> {
  for (const path of PATHS) {
    origin.says(path, path, { 'Cache-Control': 'max-age=600', 'Cache-Groups': GROUPS[path] })
    await store(path)
  }
  origin.forget()
}

function saysInvalidation(origin: WorkerOrigin, groups: string, status = 204): void {
  origin.route('/write', (_request, response) => {
    response.writeHead(status, { 'Cache-Group-Invalidation': groups, 'Cache-Control': 'no-store' }).end()
  })
}

/** How often each path reaches the origin when all are asked for. */
async function visitsNow({ ask, origin }: Kit): Promise<number[]> {
  origin.forget()
  for (const path of PATHS) await ask(path)
  return PATHS.map((path) => origin.visits(path).length)
}

const CASES: readonly Case[] = [
  {
    name: 'a write that names a group has all its members asked for, and no others (RFC 9875 §3)',
    async run(kit) {
      await storeMembers(kit)
      saysInvalidation(kit.origin, '"product-1"')
      await kit.ask('/write', { method: 'POST' })
      assert.deepEqual(await visitsNow(kit), [1, 1, 0])
    },
  },
  {
    name: 'a write may name several groups (§3)',
    async run(kit) {
      await storeMembers(kit)
      saysInvalidation(kit.origin, '"lists", "product-2"')
      await kit.ask('/write', { method: 'POST' })
      assert.deepEqual(await visitsNow(kit), [0, 1, 1])
    },
  },
  {
    name: 'a GET that names a group invalidates nothing (§3)',
    async run(kit) {
      await storeMembers(kit)
      saysInvalidation(kit.origin, '"product-1"')
      await kit.ask('/write')
      assert.deepEqual(await visitsNow(kit), [0, 0, 0])
    },
  },
  {
    name: 'members stay asked for after the worker was restarted',
    async run(kit) {
      await storeMembers(kit)
      saysInvalidation(kit.origin, '"product-1"')
      await kit.ask('/write', { method: 'POST' })
      await kit.restartWorker()
      assert.deepEqual(await visitsNow(kit), [1, 1, 0])
    },
  },
  {
    name: 'a member that was under way during the write is not reused',
    async run({ ask, origin, settled }) {
      const { open, opened } = gate()
      const arrived = gate()
      let gets = 0
      origin.route('/product', async (_request, response) => {
        const body = `get ${(gets += 1)}`
        if (gets === 1) {
          arrived.open()
          await opened
        }
        response.writeHead(200, { 'Cache-Control': 'max-age=600', 'Cache-Groups': '"product-1"' }).end(body)
      })
      saysInvalidation(origin, '"product-1"')
      const early = ask('/product')
      await arrived.opened
      await ask('/write', { method: 'POST' })
      open()
      assert.equal((await early).body, 'get 1')
      await settled()
      assert.equal((await ask('/product')).body, 'get 2')
    },
  },
]

export const GROUP_CASES: Subject = { subject: 'groups', cases: CASES }
