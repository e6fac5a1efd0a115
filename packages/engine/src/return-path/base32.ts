/** RFC 4648 in lower case: it outlives a host that folds the case of a local part. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const bitsADigit = 5

/** Five bytes make eight digits. Whole groups only, so that each text stands for other bytes. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= bitsADigit) {
      bits -= bitsADigit
      text += alphabet.charAt((value >> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return text
}

/** The bytes of such a text in lower case; `null` if it holds anything else. */
export function fromBase32(text: string): Buffer | null {
  const bytes = Buffer.alloc((text.length * bitsADigit) >> 3)
  let at = 0
  let bits = 0
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = alphabet.indexOf(text.charAt(i))
    if (digit < 0) return null
    value = (value << bitsADigit) | digit
    bits += bitsADigit
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = value >> bits
    value &= (1 << bits) - 1
  }
  return bytes
}
