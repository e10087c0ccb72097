import { createServer } from 'node:http'
import express from 'express'
import { definePolicies, publicData } from 'thermocline/policy'
import { createHttpPolicies } from 'thermocline/server'
import type { Adapter } from '../adapter.ts'
import { PATH, answer } from '../route.ts'

export const adapter: Adapter = () => {
  const http = createHttpPolicies(definePolicies({ item: publicData() }))
  return createServer(express().use(http.middleware()).get(PATH, http.route('item'), answer))
}
