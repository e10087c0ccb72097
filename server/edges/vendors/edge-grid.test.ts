import { describe, expect, it } from 'vitest'
import { edgeGridAuthorization } from './edge-grid.ts'

// Akamai's own: test/test_data.json of AkamaiOPEN-edgegrid-node, those of them that are a POST without signed fields.
const HOST = 'akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net'
const KEYS = {
  clientToken: 'akab-client-token-xxx-xxxxxxxxxxxxxxxx',
  clientSecret: `${'x'.repeat(43)}=`,
  accessToken: 'akab-access-token-xxx-xxxxxxxxxxxxxxxx',
}
const MOMENT = { now: Date.parse('2014-03-21T19:34:21.999Z'), nonce: 'nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx' }
const SAID =
  'EG1-HMAC-SHA256 client_token=akab-client-token-xxx-xxxxxxxxxxxxxxxx;access_token=akab-access-token-xxx-xxxxxxxxxxxxxxxx;' +
  'timestamp=20140321T19:34:21+0000;nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;'

describe('a request to Akamai', () => {
  it.each([
    ['with a body', '/testapi/v1/t3', 'data'.repeat(8), 'hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4='],
    ['with a long body', '/testapi/v1/t3', 'd'.repeat(2_048), '6Q6PiTipLae6n4GsSIDTCJ54bEbHUBp+4MUXrbQCBoY='],
    ['without a body', '/testapi/v1/t6', '', '1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ='],
  ])('%s has the signature that its specification gives', (_, path, body, signature) => {
    expect(edgeGridAuthorization({ host: HOST, path, body }, KEYS, MOMENT)).toBe(
      `${SAID}signature=${signature}`,
    )
  })
})
