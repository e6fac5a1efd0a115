import { isIPv4 } from 'node:net'

/** The 4 or 16 bytes of an IP address. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // The scope says which interface, and is not part of the address. URLs know every way to write one.
  const { hostname } = new URL(`http://[${address.replace(/%.*/s, '')}]`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  const words = [...before, ...Array.from({ length: zeros }, () => 0), ...after]
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
