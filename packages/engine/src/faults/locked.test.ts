import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import type { Alert } from '../signals/alert.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-locked-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('an SQLite file that stays locked longer than anybody waits gets everything once, in order', async () => {
  const file = join(directory, 'icloud.db')
  const logger = { warn() {}, error() {} }
  const { engine, time, deliver, reply, admit } = bench({
    ledger: `file:${file}`,
    // Only the first call waits so long. What a machine may stand still for is less, or numbers would be given up at the end.
    ledgerTimeoutSeconds: 5,
    logger,
  })
  const alerts: Alert[] = []
  engine.on('alert', (alert) => alerts.push(alert))
  await deliver({ recipient: 'r0@icloud.com' })

  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const busy = '450 4.2.2 <anna@icloud.com>: mailbox is busy'
  const actions = []
  for (let n = 1; n <= 5; n++) {
    time.now += 1000
    actions.push(await reply(busy, { recipient: `r${n}@icloud.com` }))
    actions.push(await deliver({ recipient: `r${n}@icloud.com` }))
    expect(await admit({ recipients: [`r${n}@icloud.com`] })).toMatchObject([{ decision: 'send' }])
  }
  expect(actions.every(({ durable, buffered }) => durable && buffered)).toBe(true)
  expect(alerts.map(({ kind }) => kind)).toEqual(['ledger-out-of-reach'])

  // The write that nobody waits for any more comes about now. It is in the buffer too, and counts once.
  other.exec('COMMIT')
  other.close()
  await engine.close()
  const next = bench({ ledger: `file:${file}`, logger })
  await next.reply(replies.invalid, { recipient: 'last@icloud.com' })
  // The first one did not wait for ever, so it may have left the rest of its buffer to this one.
  await next.engine.close()
  const last = bench({ ledger: `file:${file}`, logger })
  const events = await last.engine.ledger.events({ limit: 1000 })
  // A write that was still under way comes before what is buffered, so the order holds for each recipient.
  const story = (recipient: string): string[] =>
    events
      .filter(({ subject }) => subject === recipient)
      .toReversed()
      .map(({ type }) => type)
  expect(story('r0@icloud.com')).toEqual(['delivered'])
  for (let n = 1; n <= 5; n++) expect(story(`r${n}@icloud.com`)).toEqual(['retry', 'delivered'])
  expect(await last.engine.rates({ window: 86_400 })).toMatchObject({ attempts: 12 })
  await last.engine.close()
  expect(readdirSync(`${file}.buffer`)).toEqual([])
}, 120_000)
