import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'

let directory = ''
const hour = 3_600_000
const day = 24 * hour

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-clock-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('a clock that jumps back an hour and forward a day loses nothing and suppresses nobody twice', async () => {
  const ledger = new BreakableLedger()
  const logger = { warn() {}, error() {} }
  const { engine, time, admit, deliver, reply } = bench({ ledger, buffer: join(directory, 'buffer'), logger })
  let looked = (): void => {}
  const counts = ledger.counts.bind(ledger)
  ledger.counts = (groups) => {
    looked()
    return counts(groups)
  }
  const suppressed: string[] = []
  engine.on('suppressed', ({ recipient }) => suppressed.push(recipient))
  const busy = '450 4.2.2 <anna@icloud.com>: mailbox is busy'
  let number = 0
  const expected: string[] = []
  /** A minute of mail, the second half of it while the ledger is away. */
  const aMinute = async (): Promise<void> => {
    number++
    for (const broken of ['no', 'all'] as const) {
      ledger.broken = broken
      for (const kind of ['delivered', 'retry', 'suppress'] as const) {
        const recipient = `${kind}${number}${broken}@icloud.com`
        expected.push(`${kind} ${recipient}`)
        const invalid = replies.invalid.replace('anna@icloud.com', recipient)
        const action =
          kind === 'delivered'
            ? deliver({ recipient })
            : reply(kind === 'retry' ? busy : invalid, { recipient })
        const type = kind === 'suppress' && broken === 'all' ? 'soft-bounce' : kind
        expect(await action).toMatchObject({ type, durable: true })
        if (kind === 'suppress') await reply(invalid, { recipient, messageId: 'again' })
      }
      time.now += 31_000
    }
    ledger.broken = 'no'
    const look = new Promise<void>((resolve) => {
      looked = resolve
    })
    await deliver({ recipient: `end${number}@icloud.com` })
    expected.push(`delivered end${number}@icloud.com`)
    expect(await admit({ recipients: [`end${number}@icloud.com`] })).toMatchObject([{ decision: 'send' }])
    await look
  }
  await aMinute()
  time.now -= hour
  await aMinute()
  await aMinute()
  time.now += day
  await aMinute()
  time.now -= day
  await aMinute()
  await engine.close()

  const events = (await ledger.events({ limit: 1000 })).filter(({ subject }) => subject.includes('@'))
  const told = events.map(({ type, subject }) => `${type} ${subject}`)
  for (const line of expected) expect(told).toContain(line)
  expect(told.filter((line) => !line.startsWith('suppress'))).toHaveLength(
    expected.filter((line) => !line.startsWith('suppress')).length,
  )
  for (let n = 1; n <= number; n++) {
    for (const broken of ['no', 'all']) {
      const { suppressions } = await engine.address(`suppress${n}${broken}@icloud.com`)
      expect(suppressions).toHaveLength(1)
    }
  }
  // Everybody is heard of, whatever the clock said.
  const { attempts } = await engine.rates({ window: 2 * 86_400 })
  time.now += day
  const later = await engine.rates({ window: 2 * 86_400 })
  expect(Math.max(attempts, later.attempts)).toBe(events.length)
})
