import { expect, it } from 'vitest'
import { findAppleRecipients } from './apple-recipients.ts'
import { MxLookup } from './mx-lookup.ts'
import { systemTimers } from './timers.ts'

it('knows the domains of Apple without asking', () => {
  const addresses = [
    'a@icloud.com',
    'a@ME.com',
    'a@mac.com',
    'a@privaterelay.appleid.com',
    '"a@icloud.com"@example.com',
  ]
  expect(findAppleRecipients(addresses, null)).toEqual([true, true, true, true, false])
})

it('never asks for what can have no MX', () => {
  const lookup = new MxLookup(() => expect.unreachable(), Date.now, systemTimers)
  expect(
    findAppleRecipients(['root', 'root@localhost', 'root@[192.0.2.1]', 'root@[IPv6:::1.2]'], lookup),
  ).toEqual([false, false, false, false])
})

it('keeps the order where some have to be asked for', async () => {
  const lookup = new MxLookup(
    async (domain) => [{ exchange: domain === 'custom.example' ? 'mx02.mail.icloud.com' : 'mx.example.net' }],
    Date.now,
    systemTimers,
  )
  const addresses = ['a@example.com', 'a@custom.example', 'a@icloud.com', 'b@CUSTOM.example.']
  expect(await findAppleRecipients(addresses, lookup)).toEqual([false, true, true, true])
  expect(findAppleRecipients(addresses, lookup)).toEqual([false, true, true, true])
})
