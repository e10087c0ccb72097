import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { RedisProcess } from './redis-process.ts'

const CACHE = '.cache'

/** A `redis-server` with TLS, a password, and a certificate that it made for itself. */
export class TlsRedis {
  /** For `new Redis(url, { tls: { ca: certificate } })`. */
  readonly url: string
  readonly certificate: string
  readonly #process: RedisProcess
  readonly #folder: string

  private constructor(url: string, certificate: string, child: RedisProcess, folder: string) {
    this.url = url
    this.certificate = certificate
    this.#process = child
    this.#folder = folder
  }

  static async start({ password }: { readonly password: string }): Promise<TlsRedis> {
    mkdirSync(CACHE, { recursive: true })
    const folder = mkdtempSync(join(CACHE, 'redis-tls-'))
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ]
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'pipe',
    })
    const [port, tlsPort] = [await freePort(), await freePort()]
    const settings = {
      port,
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      'tls-port': tlsPort,
      'tls-cert-file': certificate,
      'tls-key-file': key,
      'tls-auth-clients': 'no',
    }
    const child = new RedisProcess(
      port,
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    )
    await child.start()
    await child.ask((client) => client.config('SET', 'requirepass', password))
    const url = `rediss://:${encodeURIComponent(password)}@127.0.0.1:${tlsPort}`
    return new TlsRedis(url, readFileSync(certificate, 'utf8'), child, folder)
  }

  async stop(): Promise<void> {
    await this.#process.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
