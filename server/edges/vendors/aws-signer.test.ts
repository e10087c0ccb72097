import Module from 'node:module'
import { describe, expect, it, vi } from 'vitest'
import { loadAwsSigner } from './aws-signer.ts'

const resolver = Module as unknown as { _resolveFilename(request: string): string }

describe('what signs for AWS', () => {
  it('is asked for by name where it is not installed', () => {
    const resolving = vi.spyOn(resolver, '_resolveFilename').mockImplementation((request) => {
      throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' })
    })
    try {
      expect(() => loadAwsSigner('`cloudfront`', 'us-east-1')).toThrow(
        expect.objectContaining({
          code: 'option-invalid',
          message:
            '`cloudfront` needs the package aws4fetch, which signs what is sent to AWS. Install it: npm install aws4fetch',
        }) as Error,
      )
    } finally {
      resolving.mockRestore()
    }
  })

  it('names its key, its day and its region, and no secret', async () => {
    vi.useFakeTimers({ now: Date.parse('2015-08-30T12:36:00Z'), toFake: ['Date'] })
    try {
      const sign = loadAwsSigner('`cloudfront`', 'us-east-1')
      const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
      const signed = await sign({ url: 'https://example.amazonaws.com/', fields: {}, body: '' }, keys)
      expect(signed['x-amz-date']).toBe('20150830T123600Z')
      expect(signed['authorization']).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}$/,
      )
    } finally {
      vi.useRealTimers()
    }
  })
})
