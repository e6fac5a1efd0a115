import fc from 'fast-check'
import { expect, it } from 'vitest'
import { k1, k2, sign, start, verify } from './keys.test.fixture.ts'
import { fromBase32, toBase32 } from './base32.ts'
import { matchReturnPath } from './match-return-path.ts'

const label = fc.stringMatching(/^[a-z0-9]{1,20}$/)
const address = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/), label)
  .map(([local, domain]) => `${local}@${domain}.example.com`)
const messageId = fc.string({ minLength: 1, maxLength: 300, unit: 'binary' }).filter((id) => id.trim() !== '')
const place = fc.record({
  prefix: fc.constantFrom('', 'b', 'bounce+', 'b-0_=+xy'),
  domain: fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.')),
})
const seconds = fc.integer({ min: 3600, max: 31_622_400 })

it('whatever is signed keeps to the limits of SMTP, and is known and matched again', () => {
  fc.assert(
    fc.property(place, address, messageId, seconds, (where, recipient, id, expiresInSeconds) => {
      const { address: signed, ...path } = sign({ ...where, recipient, messageId: id, expiresInSeconds })
      expect(signed.lastIndexOf('@')).toBeLessThanOrEqual(64)
      expect(signed.length).toBeLessThanOrEqual(254)
      expect(signed).toBe(signed.toLowerCase())
      expect(verify(signed, where)).toEqual({ valid: true, ...path })
      const match = matchReturnPath(path, { recipients: ['x@example.com', recipient], messageIds: [id] }, [
        k1,
      ])
      expect(match).toEqual({ recipient: recipient.toLowerCase(), messageId: id })
    }),
  )
})

it('any change of any octet is refused', () => {
  const signed = sign().address
  // Each octet, exhaustively; the case of a letter is no change.
  for (let at = 0; at < signed.length; at++) {
    for (let code = 0; code < 256; code++) {
      const changed = signed.slice(0, at) + String.fromCharCode(code) + signed.slice(at + 1)
      const isSame = String.fromCharCode(code).toLowerCase() === signed[at]
      if (verify(changed).valid !== isSame) throw new Error(`octet ${at} as ${code}: ${changed}`)
    }
  }
  fc.assert(
    fc.property(
      fc.nat(signed.length),
      fc.nat(signed.length),
      fc.string({ maxLength: 8, unit: 'binary' }),
      (from, length, put) => {
        const changed = signed.slice(0, from) + put + signed.slice(from + length)
        expect(verify(changed).valid).toBe(changed.toLowerCase() === signed)
      },
    ),
    { numRuns: 2000 },
  )
})

it('anything may be asked about, and nothing made up is taken', () => {
  const local = fc.stringMatching(/^[a-z2-7]{56}$/).map((text) => `bounce+${text}@mail.example.com`)
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 400, unit: 'binary' }), local), (text) => {
      expect(verify(text, { keys: [k2, k1] }).valid).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

it('is taken until it expires, and not for a moment longer', () => {
  fc.assert(
    fc.property(seconds, fc.nat(10_000_000), fc.nat(800 * 86_400_000), (expiresInSeconds, at, later) => {
      const { address: signed, expiresAt } = sign({ expiresInSeconds, clock: () => start + at })
      expect(expiresAt - (start + at) - expiresInSeconds * 1000).toBeGreaterThanOrEqual(0)
      expect(expiresAt - (start + at) - expiresInSeconds * 1000).toBeLessThan(3_600_000)
      const now = start + at + later
      expect(verify(signed, { clock: () => now }).valid).toBe(now < expiresAt)
    }),
  )
})

it('base32 loses nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 35, maxLength: 35 }), (bytes) => {
      const text = toBase32(bytes)
      expect(text).toHaveLength(56)
      expect([...(fromBase32(text) ?? [])]).toEqual([...bytes])
    }),
  )
})
