import { expect, it } from 'vitest'
import { readArguments } from './arguments.ts'

it('starts one instance on port 4173 of this machine when nothing is asked for', () => {
  expect(readArguments([], {})).toMatchObject({
    port: 4173,
    instances: 1,
    host: '127.0.0.1',
    fresh: false,
    databaseUrl: undefined,
    redisUrl: undefined,
    privateRedis: true,
    edges: { varnishUrl: undefined, nginxUrl: undefined },
  })
})

it('takes the addresses of servers from the environment', () => {
  const environment = { DATABASE_URL: 'postgresql://db/shop', REDIS_URL: 'redis://cache' }
  expect(readArguments(['--port', '0', '--instances=3'], environment)).toMatchObject({
    port: 0,
    instances: 3,
    databaseUrl: 'postgresql://db/shop',
    redisUrl: 'redis://cache',
  })
})

it('takes the addresses of proxies in front of the shop, and no paths', () => {
  const environment = { VARNISH_URL: 'http://127.0.0.1:6081/', NGINX_URL: 'https://shop.example' }
  const edges = { varnishUrl: 'http://127.0.0.1:6081', nginxUrl: 'https://shop.example' }
  expect(readArguments([], environment)).toMatchObject({ edges })
  expect(() => readArguments([], { NGINX_URL: 'http://ada:s3cret@127.0.0.1:8080/shop' })).toThrow(
    'NGINX_URL is "http://ada:***@127.0.0.1:8080/shop". Give where it listens, such as http://127.0.0.1:6081.',
  )
})

it.each([
  [['--port', 'http'], '--port is "http". Give a whole number from 0 to 65535.'],
  [['--port', '70000'], '--port is "70000". Give a whole number from 0 to 65535.'],
  [['--instances', '0'], '--instances is "0". Give a whole number from 1 to 16.'],
  [
    ['--port', '65535', '--instances', '2'],
    '--port 65535 leaves no room for 2 instances below 65536. Choose a lower port.',
  ],
  [['--host', 'a b'], '--host is "a b". Give an address such as 127.0.0.1 or 0.0.0.0.'],
  [['--ports', '1'], "Unknown option '--ports'. See --help for the arguments there are."],
])('refuses %j and says what to write', (argv, message) => {
  expect(() => readArguments(argv, {})).toThrow(message)
})

it('does not wipe anything when another database is used', () => {
  expect(() => readArguments(['--fresh'], { DATABASE_URL: 'postgresql://db/shop' })).toThrow(
    /--fresh wipes the embedded/,
  )
})
