/**
 * A number from 0 to below 1 that belongs to two numbers and a seed, whenever it is asked for: what is so of a recipient
 * need not be stored, and does not depend on who was asked about first.
 */
export function chance(seed: number, a: number, b: number): number {
  let mixed = Math.imul(a ^ seed, 0x9e37_79b1) ^ Math.imul(b + 1, 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb_352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296
}
