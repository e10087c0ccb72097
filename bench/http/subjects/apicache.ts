import { createServer } from 'node:http'
import apicache from 'apicache'
import express from 'express'
import type { Adapter } from '../adapter.ts'
import { PATH, answer } from '../route.ts'

export const adapter: Adapter = () =>
  createServer(express().use(apicache.middleware('1 hour')).get(PATH, answer))
