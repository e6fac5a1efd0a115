/** The few forms of ASN.1's distinguished encoding (X.690) of which a certificate consists. */
export const der = {
  sequence: (...parts: Buffer[]): Buffer => value(0x30, ...parts),
  set: (...parts: Buffer[]): Buffer => value(0x31, ...parts),
  boolean: (is: boolean): Buffer => value(0x01, Buffer.from([is ? 0xff : 0])),
  /** A positive whole number, big-endian, without leading zeros. */
  integer: (bytes: Buffer): Buffer =>
    // The first bit would be a sign.
    value(0x02, ...((bytes[0] ?? 0) > 0x7f ? [Buffer.from([0])] : []), bytes),
  /** `bytes` in full: no bit of the last one is unused. */
  bitString: (bytes: Buffer): Buffer => value(0x03, Buffer.from([0]), bytes),
  octetString: (...parts: Buffer[]): Buffer => value(0x04, ...parts),
  oid: (...numbers: [number, number, ...number[]]): Buffer => {
    const [first, second, ...rest] = numbers
    return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(septets)]))
  },
  utf8: (text: string): Buffer => value(0x0c, Buffer.from(text)),
  /** To the second. RFC 5280: with two digits for the year until 2049. */
  time: (at: Date): Buffer => {
    const text = `${at.toISOString().replace(/\.\d+|\D/g, '')}Z`
    return at.getUTCFullYear() < 2050
      ? value(0x17, Buffer.from(text.slice(2)))
      : value(0x18, Buffer.from(text))
  },
  /** `[number]` of a context, around whole values or instead of the tag of `bytes`. */
  explicit: (number: number, ...parts: Buffer[]): Buffer => value(0xa0 + number, ...parts),
  implicit: (number: number, bytes: Buffer): Buffer => value(0x80 + number, bytes),
}

function value(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content])
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 + bytes.length, ...bytes]
}

function septets(number: number): number[] {
  const bytes = [number & 0x7f]
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}
