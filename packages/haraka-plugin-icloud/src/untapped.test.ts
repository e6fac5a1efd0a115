import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '@icloud-delivery/mx-simulator'
import { deaf, hurry, sealed } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** What the next connections meet. */
const connections: Step[] = []

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: { ownPlugins: { hurry, sealed } },
    apple: { script: ({ phase }) => (phase === 'connect' ? connections.shift() : undefined) },
  })
})

afterAll(() => stage?.close())

describe('a Haraka whose connections cannot be listened to', () => {
  it('a refusal of the sender that reads like one of the recipient is not held against the recipient', async () => {
    connections.push({ reply: '550 5.1.1 user does not exist', phase: 'mail' })
    await stage.haraka.send({ from: 'zero@example.com', to: ['early@icloud.com'] })
    const [dsn] = await stage.dsns('zero@example.com')
    expect(dsn).toContain('Diagnostic-Code: smtp;550 5.1.1 user does not exist')
    expect((await stage.remembered('early@icloud.com')).suppressions).toEqual([])
  })

  it('falls back to what Haraka notes, and says so once', async () => {
    stage.apple.script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({ from: 'one@example.com', to: ['full@icloud.com'] })
    await stage.delivered('full@icloud.com')
    await stage.haraka.send({
      from: 'one@example.com',
      to: ['invalid-recipient@icloud.com', 'fine@icloud.com'],
    })
    await stage.delivered('fine@icloud.com')
    const [dsn] = await stage.dsns('one@example.com')
    expect(dsn).toContain(
      'Diagnostic-Code: smtp;550 5.1.1 <invalid-recipient@icloud.com>: user does not exist',
    )
    expect(stage.decisions('full@icloud.com')).toEqual([expect.stringContaining('rule=mailbox-full')])
    expect(stage.haraka.log.filter((line) => line.includes('[WARN] [-] [icloud]'))).toEqual([
      expect.stringContaining('does not let its outbound connections be listened to'),
    ])
  })

  it('attributes a reply at the dot to nobody in particular', async () => {
    stage.apple.script('a@icloud.com', [
      { reply: '550 5.1.1 user does not exist', phase: 'eod' },
      { accept: true },
    ])
    stage.apple.script('b@icloud.com', [{ accept: true }])
    await stage.haraka.send({ from: 'two@example.com', to: ['a@icloud.com', 'b@icloud.com'] })
    await stage.delivered('a@icloud.com')
    await stage.delivered('b@icloud.com')
    expect((await stage.remembered('a@icloud.com')).suppressions).toEqual([])
  })

  it('trap 8: what an earlier attempt left on the recipient is not taken for a reply to this one', async () => {
    stage.apple.script('stale@icloud.com', [
      { rule: 'mailbox-full' },
      { drop: true, times: 2 },
      { accept: true },
    ])
    await stage.haraka.send({ from: 'three@example.com', to: ['stale@icloud.com'] })
    await stage.delivered('stale@icloud.com')
    expect(stage.decisions('stale@icloud.com')).toEqual([expect.stringContaining('rule=mailbox-full')])
  })
})

it('a Haraka that delivers another way: its record is read as soon as that shows, with one warning', async () => {
  const other = await setStage({ haraka: { ownPlugins: { deaf, hurry } } })
  try {
    other.apple.script('full@icloud.com', [{ rule: 'mailbox-full', times: 2 }, { accept: true }])
    await other.haraka.send({ from: 'one@example.com', to: ['full@icloud.com'] })
    await other.delivered('full@icloud.com')
    expect(other.decisions('full@icloud.com')).toEqual([
      expect.stringContaining('rule=mailbox-full fault=recipient action=retry'),
      expect.stringContaining('rule=mailbox-full fault=recipient action=retry'),
    ])
    expect(other.haraka.log.filter((line) => line.includes('[WARN] [-] [icloud]'))).toEqual([
      expect.stringContaining('does not let its outbound connections be listened to'),
    ])
  } finally {
    await other.close()
  }
})
