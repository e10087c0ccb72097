import type { Server } from 'node:http'

/**
 * One rival: makes its server, which does not listen yet, in a process of its own. A string says why it can't be measured
 * here ("not built yet").
 */
export type Adapter = () => Server | string | Promise<Server | string>
