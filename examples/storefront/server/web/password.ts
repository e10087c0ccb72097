import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 32

/** The scrypt hash of a password with a salt of its own: "salt.hash", both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

/** Whether the password is the one that was hashed. Takes as long for an account that does not exist (`undefined`). */
export async function passwordMatches(password: string, hash: string | undefined): Promise<boolean> {
  const [salt = '', expected = ''] = (hash ?? '').split('.')
  const key = await derive(password, Buffer.from(salt, 'base64url'))
  const expectedKey = Buffer.from(expected, 'base64url')
  return expectedKey.length === KEY_BYTES && timingSafeEqual(key, expectedKey)
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
