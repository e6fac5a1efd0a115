import { expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { Events } from '../events.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { StoredIncident } from './incident.ts'
import type { IncidentParts } from './incidents.ts'
import { openHolds } from './storm-holds.ts'

const content = '550 5.7.1 [CS02] Message rejected due to local policy.'
const mail = { stream: 'marketing', messageId: 'bad' }

it('a message that is held by its id for another reason stays so when the holds of an incident are opened', async () => {
  const ledger = memoryLedger()
  const { engine, time, admit, reply } = bench({ ledger })
  await reply(content, mail)
  time.now += 1000
  for (let index = 0; index < 3; index++)
    await reply('554 5.7.1 [HM08] Message rejected due to local policy.', {
      ...mail,
      messageId: `m${index}`,
      recipient: `r${index}@icloud.com`,
    })
  expect((await engine.holds()).map(({ scope }) => scope).toSorted()).toEqual(['campaign', 'stream'])
  const incident = { covers: [{ kind: 'policy-hm08', since: time.now }] } as unknown as StoredIncident
  const clock = (): number => time.now
  const events = new Events({ warn() {}, error() {} })
  await openHolds({ ledger, clock, events } as unknown as IncidentParts, incident)
  expect((await engine.holds()).map(({ scope }) => scope)).toEqual(['campaign'])
  expect(await admit(mail)).toMatchObject([{ decision: 'held', hold: { scope: 'campaign', id: '<bad>' } }])
})

it('so it does when a person opens the stream to all readers', async () => {
  const { engine, time, admit, deliver, reply } = bench()
  for (let index = 0; index < 3; index++)
    await reply('554 5.7.1 [HM08] Message rejected due to local policy.', {
      ...mail,
      messageId: `m${index}`,
      recipient: `r${index}@icloud.com`,
    })
  time.now += 6 * 3_600_000
  await engine.recordEngagement('anna@icloud.com', 'click')
  expect(await admit({ ...mail, messageId: 'probe' })).toMatchObject([{ decision: 'send' }])
  await deliver({ ...mail, messageId: 'probe' })
  await reply(content, mail)
  expect(await engine.release({ hold: { scope: 'stream', id: 'default/marketing' } })).toBe(1)
  expect(await admit(mail)).toMatchObject([{ decision: 'held', hold: { scope: 'campaign', id: '<bad>' } }])
})
