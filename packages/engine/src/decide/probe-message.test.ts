import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'

const hour = 3_600_000
const people = ['anna@icloud.com', 'berta@icloud.com', 'carl@icloud.com']
const hm08 =
  '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'
const gone = (recipient: string): string => `550 5.1.1 <${recipient}>: user does not exist`

/** An engine with a hold whose probe is due. */
async function due(input = replies.blocked, options = {}): Promise<ReturnType<typeof bench>> {
  const made = bench(options)
  for (const messageId of ['x', 'y', 'z']) await made.reply(input, { messageId })
  expect(await made.engine.holds()).toHaveLength(1)
  made.time.now += 6 * hour
  return made
}

async function decisions({ admit }: ReturnType<typeof bench>, messageId: string): Promise<string[]> {
  return (await admit({ recipients: people, messageId })).map(({ decision }) => decision)
}

describe('a message to several recipients as the probe', () => {
  it('goes to all of them, and no other message goes', async () => {
    const made = await due()
    expect(await decisions(made, 'm1')).toEqual(['send', 'send', 'send'])
    expect(await decisions(made, 'm2')).toEqual(['held', 'held', 'held'])
    expect((await made.admit({ recipients: ['anna@icloud.com'] }))[0]?.decision).toBe('held')
  })

  it('is let through with two writes, that this process lives and its lease, and asked for again with none', async () => {
    const ledger = new BreakableLedger()
    const made = await due(replies.blocked, { ledger })
    const before = ledger.writes
    await decisions(made, 'm1')
    expect(ledger.writes).toBe(before + 2)
    expect(await decisions(made, 'm1')).toEqual(['send', 'send', 'send'])
    expect(ledger.writes).toBe(before + 2)
  })

  it('leaves out who is suppressed or has to wait', async () => {
    const made = await due()
    await made.engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator' })
    await made.reply(
      '421 4.7.1 Messages to berta@icloud.com deferred due to excessive volume. Try again later',
      {
        recipient: 'berta@icloud.com',
      },
    )
    expect(await decisions(made, 'm1')).toEqual(['suppressed', 'later', 'send'])
    // The one that went was the whole probe.
    await made.reply(gone('carl@icloud.com'), { recipient: 'carl@icloud.com' })
    expect((await made.admit({ recipients: ['dora@icloud.com'], messageId: 'm2' }))[0]?.decision).toBe('send')
  })

  it('ends the hold with any of them', async () => {
    const made = await due()
    await decisions(made, 'm1')
    await made.reply(gone('anna@icloud.com'))
    expect(await made.engine.holds()).toHaveLength(1)
    await made.deliver({ recipient: 'carl@icloud.com' })
    expect(await made.engine.holds()).toEqual([])
  })

  it('is held as a whole when the rule meets one of them again, and fails none', async () => {
    const made = await due(hm08)
    await decisions(made, 'm1')
    const before = made.time.now
    for (const recipient of people) {
      expect(await made.reply(hm08, { recipient })).toMatchObject({ type: 'hold', retryAt: before + hour })
      made.time.now += 1000
    }
    expect(await decisions(made, 'm1')).toEqual(['held', 'held', 'held'])
    made.time.now = before + hour
    expect(await decisions(made, 'm1')).toEqual(['send', 'send', 'send'])
  })

  it('shows nothing by its other recipients once it was refused', async () => {
    const made = await due()
    await decisions(made, 'm1')
    await made.reply(replies.blocked)
    await made.reply(gone('berta@icloud.com'), { recipient: 'berta@icloud.com' })
    await made.deliver({ recipient: 'carl@icloud.com' })
    expect(await made.engine.holds()).toHaveLength(1)
    expect(await decisions(made, 'm2')).toEqual(['held', 'suppressed', 'held'])
  })

  it('gives way to the next message at once when all of them were the trouble, not before', async () => {
    const made = await due()
    await decisions(made, 'm1')
    for (const recipient of people) {
      const other = await made.admit({ recipients: ['dora@icloud.com'], messageId: 'm2' })
      expect(other).toMatchObject([{ decision: 'held' }])
      await made.reply(gone(recipient), { recipient })
    }
    const next = await made.admit({ recipients: ['dora@icloud.com'], messageId: 'm2' })
    expect(next).toMatchObject([{ decision: 'send' }])
  })

  it('does not open an IP that is blocked because Apple is busy for many of them', async () => {
    const made = await due()
    const many = Array.from({ length: 8 }, (_, index) => `a${index}@icloud.com`)
    await made.admit({ recipients: many, messageId: 'm1' })
    for (const recipient of many) {
      await made.reply('451 4.7.1 Service unavailable - try again later', { recipient })
    }
    expect(await made.engine.holds()).toMatchObject([{ rule: 'proofpoint-block' }])
  })

  it('is one of many that ask two engines on one file at once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-probe-'))
    const ledger = `file:${join(directory, 'icloud.db')}`
    const made = await due(replies.blocked, { ledger })
    const other = bench({ ledger, clock: () => made.time.now })
    onTestFinished(async () => {
      await Promise.all([made.engine.close(), other.engine.close()])
      rmSync(directory, { recursive: true, force: true })
    })
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => decisions(index % 2 === 0 ? made : other, `m${index}`)),
    )
    const through = answers.filter((answer) => answer.includes('send'))
    expect(through).toEqual([['send', 'send', 'send']])
  })
})
