import { Resolver } from 'node:dns/promises'
import { expect, it } from 'vitest'
import { dnsTimeoutMs, startDnsServer, type Zone } from './dns-server.test.fixture.ts'
import { wholeTimeResolver } from './whole-time-resolver.ts'

it('waits for an answer for which a Resolver that had quick ones does not wait', async () => {
  let answer = (): void => {}
  const held = new Promise<Zone>((resolve) => (answer = () => resolve({ A: ['192.0.2.2'] })))
  await using dns = await startDnsServer({ 'quick.example': { A: ['192.0.2.1'] }, 'late.example': held })
  const options = { timeout: dnsTimeoutMs, maxTimeout: dnsTimeoutMs, tries: 1 }
  const usual = new Resolver(options)
  usual.setServers([dns.address])
  const patient = wholeTimeResolver(2 * dnsTimeoutMs, [dns.address])
  for (const one of [usual, usual, usual, patient, patient, patient])
    expect(await one.resolve('quick.example', 'A')).toEqual(['192.0.2.1'])
  const late = patient.resolve('late.example', 'A')
  await expect(usual.resolve('late.example', 'A')).rejects.toMatchObject({ code: 'ETIMEOUT' })
  answer()
  expect(await late).toEqual(['192.0.2.2'])
})
