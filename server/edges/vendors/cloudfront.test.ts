import { describe, expect, expectTypeOf, it } from 'vitest'
import { describePurger } from '../../../test/support/vendors/describe-purger.ts'
import {
  AWS_KEYS,
  DISTRIBUTION,
  FakeCloudFront,
  TAG_FIELD,
  awsError,
} from '../../../test/support/vendors/fake-cloudfront.ts'
import { COARSE_GROUP } from '../group-budget.ts'
import { type CloudFrontOptions, cloudfront } from './cloudfront.ts'

const RIGHT: CloudFrontOptions = { distribution: DISTRIBUTION, credentials: AWS_KEYS, tagField: TAG_FIELD }
const SHOP = 'https://shop.example'
const never = new AbortController().signal

describe('CloudFront', () => {
  const fake = describePurger({
    fake: () => new FakeCloudFront(),
    purger: () => cloudfront(RIGHT),
    stranger: () =>
      cloudfront({ ...RIGHT, credentials: { ...AWS_KEYS, secretAccessKey: 'of-somebody-else' } }),
    secrets: Object.values(AWS_KEYS),
    quoting: (text) => awsError(400, 'InvalidArgument', text),
  })
  const pathsSeen = (): string[] =>
    fake.current.calls.flatMap(({ body }) =>
      [...body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, path]) => path ?? ''),
    )

  it('learns of groups by the header that the distribution names', () => {
    expect(cloudfront(RIGHT).fields?.(['product-42', 'a'])).toEqual({ [TAG_FIELD]: 'product-42,a' })
    const many = Array.from({ length: 51 }, (_, i) => `g${i}`)
    expect(cloudfront(RIGHT).fields?.(many)).toEqual({ [TAG_FIELD]: COARSE_GROUP })
  })

  it('knows no groups where the distribution names no header', () => {
    const purger = cloudfront({ distribution: DISTRIBUTION, credentials: AWS_KEYS })
    expect(purger.abilities).toEqual({ groups: false, urls: true, everything: true, expire: false })
    expect(purger.fields?.(['a'])).toEqual({})
    // So that the compiler refuses it where groups are to be purged.
    expectTypeOf(purger.abilities.groups).toEqualTypeOf<false>()
    const tagging = cloudfront({ distribution: DISTRIBUTION, credentials: AWS_KEYS, tagField: TAG_FIELD })
    expectTypeOf(tagging.abilities.groups).toEqualTypeOf<true>()
    expectTypeOf(cloudfront(RIGHT).abilities.groups).toEqualTypeOf<boolean>()
  })

  it('is asked as its API reference says, each time under another reference', async () => {
    await cloudfront(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await cloudfront(RIGHT).purge({ kind: 'groups', names: ['a'], mode: 'delete' }, never)
    await cloudfront(RIGHT).purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    expect(pathsSeen()).toEqual(['#a', `#${COARSE_GROUP}`, '#a', `#${COARSE_GROUP}`, '/*'])
    const references = fake.current.calls.map(({ body }) => /<CallerReference>(.*)<\//.exec(body)?.[1])
    expect(new Set(references).size).toBe(3)
  })

  it('takes URLs as paths, with what is unsafe in them escaped, and cut where they are too long', async () => {
    const names = [
      `${SHOP}/a?b=1&c=<2>`,
      `${SHOP}/~me/[1]|{2}^%7C`,
      `${SHOP}/${'x'.repeat(5_000)}`,
      `${SHOP}/${'x'.repeat(3_996)}~~~`,
    ]
    await cloudfront(RIGHT).purge({ kind: 'urls', names, mode: 'delete' }, never)
    expect(pathsSeen()).toEqual([
      '/a?b=1&amp;c=%3C2%3E',
      '/%7Eme/%5B1%5D%7C%7B2%7D%5E%7C',
      `/${'x'.repeat(3_998)}*`,
      `/${'x'.repeat(3_996)}*`,
    ])
  })

  it('leaves the query out where the distribution does', async () => {
    const names = [`${SHOP}/a?b=1`, `${SHOP}/a?b=2`]
    await cloudfront({ ...RIGHT, keyHasQuery: false }).purge({ kind: 'urls', names, mode: 'delete' }, never)
    expect(pathsSeen()).toEqual(['/a'])
  })

  it('has only so much in progress, and takes more when that is done', async () => {
    const everything = async (): Promise<void> =>
      cloudfront(RIGHT).purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    for (let i = 0; i < 15; i++) await everything()
    await expect(everything()).rejects.toMatchObject({ status: 400, isFinal: false, retryAfterMs: 10_000 })
    fake.current.finish()
    await everything()
  })

  it('asks for keys each time, where they expire', async () => {
    let asked = 0
    const credentials = async (): Promise<typeof AWS_KEYS> =>
      Promise.resolve({ ...AWS_KEYS, asked: (asked += 1) })
    const purger = cloudfront({ ...RIGHT, credentials })
    const purge = async (): Promise<void> =>
      purger.purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    await purge()
    await purge()
    expect(asked).toBe(2)
    fake.current.answerNext(() => awsError(403, 'ExpiredToken'))
    await expect(purge()).rejects.toMatchObject({ status: 403, isFinal: false })
    fake.current.answerNext(() => awsError(403, 'ExpiredToken'))
    const fixed = cloudfront(RIGHT).purge({ kind: 'everything', names: [], mode: 'delete' }, never)
    await expect(fixed).rejects.toMatchObject({ status: 403, isFinal: true })
  })

  it('can be asked again where no keys were to be had, and does not say what went wrong there', async () => {
    const credentials = async (): Promise<never> =>
      Promise.reject(new Error(`no role for ${AWS_KEYS.sessionToken}`))
    const purge = cloudfront({ ...RIGHT, credentials }).purge(
      { kind: 'everything', names: [], mode: 'delete' },
      never,
    )
    const error = (await purge.catch((error: unknown) => error)) as Error
    expect(error).toMatchObject({ name: 'EdgeFailure', isFinal: false })
    expect(error.message).not.toContain(AWS_KEYS.sessionToken)
    expect(fake.current.calls).toEqual([])
  })

  it('is signed for another partition, where it is there', async () => {
    const elsewhere = { endpoint: 'https://cloudfront.amazonaws.com/', region: 'cn-northwest-1' }
    const purge = cloudfront({ ...RIGHT, ...elsewhere }).purge(
      { kind: 'everything', names: [], mode: 'delete' },
      never,
    )
    await expect(purge).rejects.toThrow('cloudfront answered 403 (SignatureDoesNotMatch).')
  })

  it.each([
    [{ distribution: 'd111.cloudfront.net' }, '`distribution` is a text of 19 characters.'],
    [{ credentials: undefined }, '`credentials.accessKeyId` is undefined.'],
    [{ credentials: { ...AWS_KEYS, secretAccessKey: '' } }, '`credentials.secretAccessKey` is empty.'],
    [{ credentials: { ...AWS_KEYS, sessionToken: 'a b' } }, '`credentials.sessionToken` holds a space'],
    [{ tagField: 'Cache Tag' }, '`tagField` is a text of 9 characters.'],
    [{ keyHasQuery: 'yes' }, '`keyHasQuery` is "yes".'],
    [{ region: 'Frankfurt' }, '`region` is a text of 9 characters.'],
    [{ limits: { groupsAResponse: 51 } }, '`limits.groupsAResponse` is 51.'],
    [{ limits: { pathsARequest: 3_001 } }, '`limits.pathsARequest` is 3001.'],
    [{ zone: 'x' }, '`cloudfront` has no option `zone`.'],
  ])('refuses options that can only be a mistake: %j', (wrong, message) => {
    const make = (): unknown => cloudfront({ ...RIGHT, ...wrong } as CloudFrontOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'option-invalid' }) as Error)
    expect(make).toThrow(message)
  })
})
