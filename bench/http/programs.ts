import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// Debian puts daemons where only root's PATH looks.
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']

/** The path of an installed program, or `undefined`. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
