import { createServer } from 'node:http'
import express from 'express'
import routeCache from 'route-cache'
import type { Adapter } from '../adapter.ts'
import { PATH, answer } from '../route.ts'

export const adapter: Adapter = () =>
  createServer(express().get(PATH, routeCache.cacheSeconds(3_600), answer))
