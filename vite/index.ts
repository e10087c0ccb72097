export { thermocline } from './plugin.ts'
export type { ThermoclinePluginOptions } from './plugin-options.ts'
