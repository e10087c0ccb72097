/** How values that JSON can't carry are written in L2. One codec a kind of key: an entry is read with the codec it was written with. */
export interface ValueCodec<T> {
  /** Whether what it writes is worth compressing: not for images, nor for what is compressed already. @default false */
  readonly isCompressible?: boolean
  encode(value: T): Uint8Array
  /** Throws for bytes that it did not write; the entry then counts as missing. */
  decode(bytes: Buffer): T
  /** Roughly how many bytes the value takes in L1. */
  sizeOf(value: T): number
}
