import type { Daemon } from '../daemon.ts'

export const varnish: Daemon = {
  program: 'varnishd',
  config: ({ originPort }) => `vcl 4.1;\nbackend origin { .host = "127.0.0.1"; .port = "${originPort}"; }\n`,
  // No jail: as root it would change to a user who can't read the folder.
  args: ({ port, folder }, config) => [
    '-F',
    '-j',
    'none',
    '-a',
    `127.0.0.1:${port}`,
    '-n',
    `${folder}/work`,
    '-s',
    'malloc,64m',
    '-f',
    config,
  ],
}
