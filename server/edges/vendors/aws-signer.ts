import { createRequire } from 'node:module'
import type { AwsV4Signer } from 'aws4fetch'
import { ThermoclineError } from '../../../policy/index.ts'

/** An access key of AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Comes with keys that expire. */
  readonly sessionToken?: string | undefined
}

/** The fields of a POST to CloudFront, with AWS's Signature Version 4. */
export type AwsSigner = (
  call: { readonly url: string; readonly fields: Readonly<Record<string, string>>; readonly body: string },
  credentials: AwsCredentials,
) => Promise<Record<string, string>>

/** Loads the package that signs: few need it, so it is no dependency. Throws `option-invalid` where it is not installed. */
export function loadAwsSigner(what: string, region: string): AwsSigner {
  const Signer = loadAws4fetch(what)
  // Keys that were derived from the credentials, which change once a day. Handed on, so that they are not derived each time.
  const cache = new Map<string, ArrayBuffer>()
  return async ({ url, fields, body }, { accessKeyId, secretAccessKey, sessionToken }) => {
    // Of credentials that expire, those of yesterday are of no more use.
    if (cache.size > 10) cache.clear()
    const signer = new Signer({
      method: 'POST',
      url,
      headers: { ...fields },
      body,
      accessKeyId,
      secretAccessKey,
      service: 'cloudfront',
      region,
      cache,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    })
    const { headers } = await signer.sign()
    return Object.fromEntries(headers)
  }
}

function loadAws4fetch(what: string): typeof AwsV4Signer {
  try {
    const loaded = createRequire(import.meta.url)('aws4fetch') as { AwsV4Signer: typeof AwsV4Signer }
    return loaded.AwsV4Signer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new ThermoclineError(
      'option-invalid',
      `${what} needs the package aws4fetch, which signs what is sent to AWS. Install it: npm install aws4fetch`,
      { cause: error },
    )
  }
}
