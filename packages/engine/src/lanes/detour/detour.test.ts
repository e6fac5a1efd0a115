import { afterEach, describe, expect, it } from 'vitest'
import type { Admission } from '../../admit/admission.ts'
import { bench, replies, type Bench } from '../../bench.test.fixture.ts'
import { memoryLedger } from '../../ledger/memory-ledger.ts'
import { resolvePolicy } from '../../policy/policy-check.ts'
import type { Alert } from '../../signals/alert.ts'
import type { LanesOptions } from '../lane-policy-check.ts'
import { suspectOf } from './suspect.ts'

const open: Bench[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ engine }) => engine.close()))
})

const warm: LanesOptions = { a: { alternative: 'b' }, b: { warmUp: 'done' } }

/** A lane `a` that mostly sent marketing, and that Apple blocks. */
async function blocked(lanes: LanesOptions = warm): Promise<Bench & { alerts: Alert[] }> {
  const one = bench({ ledger: memoryLedger(), policy: { lanes } })
  open.push(one)
  const alerts: Alert[] = []
  one.engine.on('alert', (alert) => alerts.push(alert))
  for (let index = 0; index < 10; index++)
    await one.deliver({
      lane: 'a',
      stream: 'marketing',
      messageId: `m${index}`,
      recipient: `r${index}@icloud.com`,
    })
  await one.deliver({ lane: 'a', stream: 'transactional', messageId: 't' })
  await one.deliver({ lane: 'a', stream: 'news', messageId: 'n' })
  await one.reply(replies.blocked, { lane: 'a', stream: 'transactional', messageId: 'x' })
  return { ...one, alerts }
}

async function over(
  one: Bench,
  stream: string,
  request: Parameters<Bench['admit']>[0] = {},
): Promise<string[]> {
  const answers = await one.admit({ lane: 'a', stream, ...request })
  return answers.map((answer: Admission) =>
    answer.decision === 'send' ? `send over ${answer.lane ?? 'a'}` : answer.decision,
  )
}

describe('mail of a lane that Apple blocks', () => {
  it('waits if the lane has no alternative', async () => {
    const one = await blocked({})
    expect(await over(one, 'transactional')).toEqual(['held'])
  })

  it('goes over the alternative, apart from the stream that sent most', async () => {
    const one = await blocked()
    expect(await over(one, 'transactional')).toEqual(['send over b'])
    expect(await over(one, 'news')).toEqual(['send over b'])
    expect(await over(one, 'marketing')).toEqual(['held'])
    expect(one.alerts.filter(({ message }) => message.includes('goes over b'))).toMatchObject([
      { kind: 'ip-blocked', subject: 'a', rule: 'proofpoint-block' },
    ])
    expect((await one.engine.lanes()).find(({ lane }) => lane === 'a')?.detour).toMatchObject({
      to: 'b',
      stream: 'marketing',
    })
  })

  it('goes there wholly when somebody has confirmed that', async () => {
    const one = await blocked()
    expect(await one.engine.confirmDetour({ lane: 'a' })).toBe(false)
    await over(one, 'marketing')
    expect(await one.engine.confirmDetour({ lane: 'a' })).toBe(true)
    expect(await over(one, 'marketing')).toEqual(['send over b'])
    await expect(one.engine.confirmDetour({} as never)).rejects.toThrow(/lane must be a string/)
  })

  it('waits everywhere once Apple blocks the alternative too, until somebody has confirmed', async () => {
    const one = await blocked()
    expect(await over(one, 'transactional')).toEqual(['send over b'])
    await one.reply(replies.blocked, { lane: 'b', messageId: 'y', recipient: 'berta@icloud.com' })
    expect(await over(one, 'transactional')).toEqual(['held'])
    expect(await over(one, 'transactional', { lane: 'b' })).toEqual(['held'])
    expect(one.alerts.filter(({ message }) => message.includes('too'))).toHaveLength(1)
    // The block of the second one ends: that alone does not make hopping right.
    await one.engine.release({ hold: { scope: 'sending-ip', id: 'b' } })
    expect(await over(one, 'transactional')).toEqual(['held'])
    expect(await one.engine.confirmDetour({ lane: 'a' })).toBe(true)
    expect(await over(one, 'transactional')).toEqual(['send over b'])
  })

  it('stays stopped at the next block', async () => {
    const one = await blocked()
    await over(one, 'transactional')
    await one.reply(replies.blocked, { lane: 'b', messageId: 'y' })
    await over(one, 'transactional')
    await one.engine.release({ hold: { scope: 'sending-ip', id: 'a' } })
    await one.engine.release({ hold: { scope: 'sending-ip', id: 'b' } })
    one.time.now += 60_000
    await one.reply(replies.blocked, { lane: 'a', messageId: 'z' })
    expect(await over(one, 'transactional')).toEqual(['held'])
  })

  it('goes nowhere else for what is wrong with the mail, or while Apple is busy', async () => {
    const one = await blocked()
    for (let index = 0; index < 3; index++)
      await one.reply('550 5.7.1 [CS02] Message rejected due to local policy.', {
        lane: 'a',
        stream: 'news',
        sender: `shop${index}@example.com`,
        messageId: `p${index}`,
      })
    expect(await over(one, 'news')).toEqual(['held'])

    const busy = bench({ ledger: memoryLedger(), policy: { lanes: warm } })
    open.push(busy)
    for (let index = 0; index < 5; index++)
      await busy.reply('451 4.3.2 [BS02] Temporary server error.', { lane: 'a', messageId: `m${index}` })
    expect(await over(busy, 'transactional')).toEqual(['held'])
  })

  it('goes nowhere else if its message is held by its id', async () => {
    const one = await blocked()
    const held = { messageId: 'bad' }
    await one.reply('550 5.7.1 [CS02] Message rejected due to local policy.', {
      lane: 'a',
      stream: 'news',
      ...held,
    })
    expect(await over(one, 'news', held)).toEqual(['held'])
    expect(await over(one, 'news', { messageId: 'good' })).toEqual(['send over b'])
  })

  it('goes nowhere else if its From domain is held', async () => {
    const one = await blocked()
    for (let index = 0; index < 3; index++)
      await one.reply('554 5.7.1 Your message was rejected due to example.com DMARC policy.', {
        lane: 'a',
        stream: 'news',
        messageId: `d${index}`,
        recipient: `d${index}@icloud.com`,
      })
    expect((await one.engine.holds()).map(({ id }) => id)).toContain('example.com/news/a')
    expect(await over(one, 'news')).toEqual(['held'])
    expect(await over(one, 'news', { sender: 'shop@example.org' })).toEqual(['send over b'])
  })

  it('takes only what the warm-up of the alternative leaves free, urgent mail first', async () => {
    const one = await blocked({ a: { alternative: 'b' }, b: { warmUp: [48, 96] } })
    const recipients = Array.from({ length: 60 }, (_, index) => `p${index}@icloud.com`)
    const count = async (
      stream: string,
      request: Parameters<Bench['admit']>[0] = { recipients },
    ): Promise<number> =>
      (await over(one, stream, request)).filter((answer) => answer === 'send over b').length
    // An hour of the day may go at once.
    expect(await count('news')).toBe(2)
    expect(await count('news')).toBe(0)
    expect(await count('transactional')).toBe(46)
    expect(await count('transactional', {})).toBe(0)
  })
})

describe('the stream that led to a block', () => {
  it.each([
    [
      'the one that sent most',
      [
        ['news', 10],
        ['marketing', 100],
      ],
      'news',
      'marketing',
    ],
    [
      'the one that met the block, if that is not clear',
      [
        ['news', 90],
        ['marketing', 100],
      ],
      'news',
      'news',
    ],
    [
      'no urgent one, if there is another',
      [
        ['transactional', 900],
        ['marketing', 1],
      ],
      'transactional',
      'marketing',
    ],
    ['an urgent one that is alone', [['transactional', 900]], null, 'transactional'],
    ['the one that met it, if nothing is known', [], 'news', 'news'],
    ['nobody, if nothing is known at all', [], null, null],
  ] as const)('is %s', (_, sent, met, expected) => {
    const all = sent.map(([stream, attempts]) => ({ stream, attempts, isUrgent: stream === 'transactional' }))
    expect(suspectOf(all, met)).toBe(expected)
  })
})

describe('the policy of an alternative', () => {
  it.each([
    [{ '*': { alternative: 'b' }, b: { warmUp: 'done' } }, /lanes\.\*\.alternative: expected null/],
    [{ a: { alternative: 'a', warmUp: 'done' } }, /lanes\.a\.alternative: expected another lane/],
    [
      { a: { alternative: 'c' } },
      /lanes\.a\.alternative: expected a lane that is named in the policy, found "c"/,
    ],
    [{ a: { alternative: 'b' }, b: {} }, /expected a lane with a warmUp/],
    [
      { a: { alternative: 'b' }, b: { warmUp: 'done', alternative: 'c' }, c: { warmUp: 'done' } },
      /expected a lane without an alternative of its own/,
    ],
    [{ a: { alternative: 7 } }, /expected the name of a lane, or null/],
  ])('names what cannot be right: %j', (lanes, message) => {
    expect(() => resolvePolicy({ lanes: lanes as never })).toThrow(message)
  })
})
