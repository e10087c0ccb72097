import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** The path of a program on the PATH, or `undefined`. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** The Chromium that browser tests drive: `CHROMIUM_PATH`, else the first one on the PATH. */
export function findChromium() {
  return process.env.CHROMIUM_PATH ?? findProgram(...NAMES) ?? [MAC].find(isExecutable)
}

/** With which arguments: nothing that it does of its own accord, and no sandbox for root, to whom it refuses one. */
export function chromiumArguments() {
  return [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
}

/** The Firefox that browser tests drive: `FIREFOX_PATH`, else the first one on the PATH. */
export function findFirefox() {
  return process.env.FIREFOX_PATH ?? findProgram('firefox-esr', 'firefox')
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
