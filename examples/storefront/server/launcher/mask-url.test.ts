import { expect, it } from 'vitest'
import { maskUrl } from './mask-url.ts'

it.each([
  ['postgresql://shop:s3cret@db.example:5432/shop', 'postgresql://shop:***@db.example:5432/shop'],
  ['postgresql://db.example/shop?password=s3cret&user=a', 'postgresql://db.example/shop?password=***&user=a'],
  ['redis://:s3cret@cache.example:6379/1', 'redis://:***@cache.example:6379/1'],
  ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ['host=db user=shop password=s3cret', 'host=db user=shop password=***'],
  ['postgresql://shop:s3c@ret@db:99999/shop', 'postgresql://shop:***@db:99999/shop'],
  ['shop:s3cret@db:99999/shop', 'shop:***@db:99999/shop'],
])('shows %s without its password', (url, shown) => {
  expect(maskUrl(url)).toBe(shown)
})
