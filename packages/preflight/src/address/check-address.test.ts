import { createEngine, memoryLedger } from '@icloud-delivery/engine'
import { describe, expect, it } from 'vitest'
import { cpuSeconds } from '../cpu-seconds.test.fixture.ts'
import { addressKinds } from '../findings/address-kinds.ts'
import { checkAddress } from './check-address.ts'

const codes = async (input: string): Promise<string[]> =>
  (await checkAddress(input)).findings.map(({ code }) => code)

describe('checkAddress', () => {
  it.each([
    ['anna@iclod.com', 'anna@icloud.com'],
    ['anna@icluod.com', 'anna@icloud.com'],
    ['anna@icloud.con', 'anna@icloud.com'],
    ['Anna.B@iCould.com', 'Anna.B@icloud.com'],
    ['anna@icloud.de', 'anna@icloud.com'],
    ['anna@me.con', 'anna@me.com'],
    ['anna@mac.cm', 'anna@mac.com'],
    ['x1@privaterelay.apleid.com', 'x1@privaterelay.appleid.com'],
  ])('%s: did you mean %s?', async (input, didYouMean) => {
    const report = await checkAddress(input)
    expect(report).toMatchObject({ didYouMean, kind: 'other' })
    expect(report.findings.map(({ code }) => code)).toEqual(['address-typo'])
  })

  it.each([
    ['anna@icloud', 'anna@icloud.com'],
    ['anna@icloud,com', 'anna@icloud.com'],
    ['anna@icloud..com', 'anna@icloud.com'],
    ['anna@icloudcom', 'anna@icloud.com'],
    ['anna@me,com', 'anna@me.com'],
  ])('%s is no address, but %s is', async (input, didYouMean) => {
    const report = await checkAddress(input)
    expect(report).toMatchObject({ address: null, didYouMean })
    expect(report.findings.map(({ code }) => code)).toEqual(['address-syntax', 'address-typo'])
  })

  it.each([
    '',
    'anna',
    '@icloud.com',
    'anna@',
    'a b@icloud.com',
    '.anna@icloud.com',
    'anna.@icloud.com',
    'anna@-x.example',
    'anna@192.0.2.1',
    `${'a'.repeat(65)}@icloud.com`,
    'anna@icloud.com\r\nBcc: b@icloud.com',
  ])('%j is no address', async (input) => {
    expect(await checkAddress(input)).toMatchObject({ address: null })
    expect(await codes(input)).toContain('address-syntax')
  })

  it.each([
    [' anna@ICLOUD.com ', 'anna@icloud.com', 'icloud'],
    ['anna.smith82@icloud.com', 'anna.smith82@icloud.com', 'icloud'],
    ['anna+shop@me.com', 'anna+shop@me.com', 'icloud'],
    ['o’neill@example.com'.replace('’', "'"), "o'neill@example.com", 'other'],
    ['"anna b"@example.com', '"anna b"@example.com', 'other'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example', 'other'],
    ['anna@cloud.com', 'anna@cloud.com', 'other'],
    ['anna@ms.com', 'anna@ms.com', 'other'],
  ])('finds nothing in %s', async (input, address, kind) => {
    expect(await checkAddress(input)).toEqual({
      address,
      kind,
      didYouMean: null,
      suppressions: null,
      findings: [],
    })
  })

  it.each([
    ['dpdcnf87nu@privaterelay.appleid.com', 'private-relay', 'address-private-relay'],
    ['dpdcnf87nu@private.icloud.com', 'private-relay', 'address-private-relay'],
    ['lamps-wiggle0w@icloud.com', 'hide-my-email', 'address-hide-my-email'],
    ['0p_tablet.pliers@icloud.com', 'hide-my-email', 'address-hide-my-email'],
  ])('knows %s: %s', async (input, kind, code) => {
    expect(await checkAddress(input)).toMatchObject({ kind })
    expect(await codes(input)).toEqual([code])
  })

  it('says that an address is suppressed', async () => {
    const engine = createEngine({ ledger: memoryLedger() })
    await engine.suppress({ recipient: 'anna@icloud.com', origin: 'complaint' })
    const report = await checkAddress('Anna@icloud.com', { engine })
    expect(report.suppressions).toMatchObject([{ origin: 'complaint' }])
    expect(report.findings).toMatchObject([{ code: 'address-suppressed', evidence: 'complaint' }])
    expect(await checkAddress('bert@icloud.com', { engine })).toMatchObject({
      suppressions: [],
      findings: [],
    })
    await engine.close()
  })

  it('cannot tell without the ledger', async () => {
    const engine = { address: () => Promise.reject(new Error('out of reach')) }
    expect(await checkAddress('anna@icloud.com', { engine })).toMatchObject({
      address: 'anna@icloud.com',
      suppressions: null,
      findings: [{ code: 'address-ledger-no-answer', severity: 'unknown' }],
    })
  })

  it('shows each code', () => {
    expect(Object.keys(addressKinds).toSorted()).toEqual([
      'address-hide-my-email',
      'address-ledger-no-answer',
      'address-private-relay',
      'address-suppressed',
      'address-syntax',
      'address-typo',
    ])
  })

  it('takes no time for hostile input', async () => {
    const cost = await cpuSeconds(async () => {
      for (const text of [
        'a.'.repeat(100_000),
        `"${'\\a'.repeat(50_000)}@icloud.com`,
        `a@${'b-'.repeat(50_000)}`,
      ])
        await checkAddress(text)
    })
    expect(cost).toBeLessThan(5)
  })
})
