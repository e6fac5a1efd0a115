import { describe, expect, it, onTestFinished } from 'vitest'
import { bench, quiet } from '../bench.test.fixture.ts'
import { ledgers } from '../operator/ledgers.test.fixture.ts'

const hm07 = '554 5.7.1 [HM07] Message rejected due to local policy.'
const mail = { stream: 'marketing', sender: 'news@example.com' }
const names = (count: number, of: string): string[] =>
  Array.from({ length: count }, (_, index) => `${of}${index}@icloud.com`)

describe.each(ledgers)('a stream that goes on some at a time, on %s', (_, open) => {
  it('lets no more through than may go, however many ask at once, and forgets none of their outcomes', async () => {
    quiet.error.mockClear()
    const { engine, time, admit, reply, deliver } = bench({ ledger: await open() })
    onTestFinished(() => engine.close())
    const released: object[] = []
    engine.on('released', (what) => released.push(what))
    const rooms: number[] = []
    engine.on('halfOpen', ({ room }) => rooms.push(room))
    for (const messageId of ['a', 'b', 'c', 'd', 'e']) await reply(hm07, { ...mail, messageId })
    time.now += 3_600_000
    await admit({ ...mail, messageId: 'probe' })
    await deliver({ ...mail, messageId: 'probe' })
    expect(rooms).toEqual([4])
    expect(await engine.holds()).toMatchObject([{ rule: 'policy-hm07', halfOpen: true }])

    let sent = 1
    for (const room of [4, 5, 10, 16, 16]) {
      const asked = names(60, `r${sent}x`)
      const answers = await Promise.all(
        asked.map((recipient) => admit({ ...mail, recipients: [recipient], messageId: recipient })),
      )
      const going = answers.flat().filter(({ decision }) => decision === 'send')
      expect(going).toHaveLength(room)
      await Promise.all(going.map(({ recipient }) => deliver({ ...mail, recipient, messageId: recipient })))
      sent += room
    }
    expect(await engine.holds()).toEqual([])
    expect(released).toHaveLength(1)
    expect(rooms.reduce((sum, room) => sum + room, 0)).toBeGreaterThanOrEqual(4 + 5 + 10 + 16 + 16)
    expect(await engine.ledger.events({ type: 'scope-half-open' })).toHaveLength(1)
    expect(quiet.error).not.toHaveBeenCalled()
  })

  it('lets as many recipients of one request through', async () => {
    const { engine, time, admit, reply, deliver } = bench({ ledger: await open() })
    onTestFinished(() => engine.close())
    for (const messageId of ['a', 'b', 'c', 'd', 'e']) await reply(hm07, { ...mail, messageId })
    time.now += 3_600_000
    await admit({ ...mail, messageId: 'probe' })
    await deliver({ ...mail, messageId: 'probe' })
    for (const messageId of ['m1', undefined]) {
      time.now += 600_000
      const about = messageId === undefined ? {} : { messageId }
      const answers = await admit({ ...mail, recipients: names(9, 'r'), ...about })
      expect(answers.map(({ decision }) => decision)).toEqual([
        ...Array.from({ length: 4 }, () => 'send'),
        ...Array.from({ length: 5 }, () => 'held'),
      ])
      expect(answers[8]?.reason).toContain('goes on some at a time')
    }
  })

  it('lets who was let through go on if he asks again before he goes, as after a wait for his lane', async () => {
    const { engine, time, admit, reply, deliver } = bench({ ledger: await open() })
    onTestFinished(() => engine.close())
    for (const messageId of ['a', 'b', 'c', 'd', 'e']) await reply(hm07, { ...mail, messageId })
    time.now += 3_600_000
    await admit({ ...mail, messageId: 'probe' })
    await deliver({ ...mail, messageId: 'probe' })
    const ask = async (recipient: string) =>
      (await admit({ ...mail, recipients: [recipient], messageId: 'm' }))[0]?.decision
    const [first = '', ...others] = names(4, 'r')
    for (const round of [1, 2, 3]) {
      for (const recipient of [first, ...others]) expect(await ask(recipient), `${round}`).toBe('send')
      time.now += 70_000
    }
    // Another recipient of the same message was not let through.
    expect(await ask('other@icloud.com')).toBe('held')
    await deliver({ ...mail, recipient: first, messageId: 'm' })
    for (const recipient of names(1, 's')) expect(await ask(recipient)).toBe('send')
    expect(await ask('other@icloud.com')).toBe('held')
    // What is not answered for long is lost, and counts anew.
    time.now += 700_000
    for (const recipient of names(4, 't')) expect(await ask(recipient)).toBe('send')
    expect(await ask(others[0] ?? '')).toBe('held')
  })
})
