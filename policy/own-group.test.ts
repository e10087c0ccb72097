import { describe, expect, it } from 'vitest'
import { ownedGroup, ownerTagOf } from './own-group.ts'

const TAG = '0123456789abcdef01234567'

describe("a user's own group", () => {
  it('says whose it is', () => {
    expect(ownedGroup('cart', TAG)).toBe(`cart~${TAG}`)
    expect(ownerTagOf(ownedGroup('cart', TAG))).toBe(TAG)
    expect(ownerTagOf(ownedGroup('a~b', TAG))).toBe(TAG)
  })

  it.each(['product-42', 'cart~7', `cart~${TAG}0`, `cart~${TAG.toUpperCase()}`, `cart-${TAG}`])(
    "is not %s, which is everybody's",
    (group) => {
      expect(ownerTagOf(group)).toBe(undefined)
    },
  )

  it('has no other tag than one that was made for it, and no name that is not portable', () => {
    expect(() => ownedGroup('cart', '7')).toThrow(/option-invalid|tag/)
    expect(() => ownedGroup('Cart', TAG)).toThrow(/portable/)
    expect(() => ownedGroup('c'.repeat(110), TAG)).toThrow(/portable/)
  })
})
