import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '@icloud-delivery/mx-simulator'
import { hurry } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** What the next connections meet. */
const connections: Step[] = []

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: { ownPlugins: { hurry } },
    apple: { script: ({ phase }) => (phase === 'connect' ? connections.shift() : undefined) },
  })
})

afterAll(() => stage?.close())

describe('where in the session a reply comes', () => {
  it('greeting and MAIL: the message waits and nothing is held against its recipients', async () => {
    connections.push({ rule: 'proofpoint-block' }, { rule: 'service-unavailable', phase: 'mail' })
    const to = ['one@icloud.com', 'two@icloud.com']
    await stage.haraka.send({ from: 'a@example.com', to })
    for (const recipient of to) await stage.delivered(recipient)
    for (const recipient of to) {
      expect(stage.decisions(recipient)[0]).toMatch(
        /rule=proofpoint-block .*action=hold next=.*phase=connect mx=mx01\.mail\.icloud\.com/,
      )
      expect(await stage.remembered(recipient)).toMatchObject({ suppressions: [], softBounces: [] })
    }
    expect(to.flatMap(stage.decisions)).toContainEqual(
      expect.stringMatching(/rule=service-unavailable .*action=retry next=.*phase=mail /),
    )
    expect(stage.mailboxes.messages.filter(({ envelope }) => envelope.to.includes('a@example.com'))).toEqual(
      [],
    )
  })

  it('RCPT: a recipient that is accepted with 251 or 252 gets its mail, alone or beside others', async () => {
    stage.apple.script('moved@icloud.com', [{ reply: '251 2.1.5 User not local; will forward' }])
    stage.apple.script('maybe@icloud.com', [{ reply: '252-2.1.5 Cannot VRFY user\n252 2.1.5 but will try' }])
    await stage.haraka.send({ from: 'b@example.com', to: ['moved@icloud.com'] })
    await stage.haraka.send({ from: 'b@example.com', to: ['maybe@icloud.com', 'sure@icloud.com'] })
    for (const recipient of ['moved@icloud.com', 'maybe@icloud.com', 'sure@icloud.com']) {
      await stage.delivered(recipient)
      expect(stage.tries(recipient)).toBe(1)
    }
  })

  it('RCPT: a 503 that hides a 451 is tried again', async () => {
    const reply =
      '503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later'
    stage.apple.script('hidden@icloud.com', [{ reply }, { accept: true }])
    await stage.haraka.send({ from: 'b@example.com', to: ['hidden@icloud.com'] })
    await stage.delivered('hidden@icloud.com')
    expect(stage.decisions('hidden@icloud.com')).toEqual([
      expect.stringContaining('rule=service-unavailable fault=provider action=retry'),
    ])
  })

  it('RCPT: a 421 that ends the connection is the reply to who met it; who was never asked got none', async () => {
    stage.apple.script('cut@icloud.com', [{ rule: 'rate-limited', close: true, times: 2 }, { accept: true }])
    await stage.haraka.send({ from: 'd@example.com', to: ['cut@icloud.com', 'unasked@icloud.com'] })
    await stage.delivered('cut@icloud.com')
    await stage.delivered('unasked@icloud.com')
    // Haraka turns to the other host at once.
    expect(stage.decisions('cut@icloud.com')).toEqual([
      expect.stringMatching(/rule=rate-limited .*action=retry .*mx=mx02\.mail\.icloud\.com/),
    ])
    expect(stage.decisions('unasked@icloud.com')).toEqual([])
  })

  it('dot: a refusal is about the recipient if there was only one', async () => {
    stage.apple.script('quota@icloud.com', [
      { reply: '552 5.2.2 <quota@icloud.com>: user is over quota', phase: 'eod' },
      { accept: true },
    ])
    await stage.haraka.send({ from: 'e@example.com', to: ['quota@icloud.com'] })
    await stage.delivered('quota@icloud.com')
    expect(stage.decisions('quota@icloud.com')).toEqual([
      expect.stringMatching(/rule=mailbox-full .*action=retry .*phase=eod/),
    ])
  })

  it('dot: a refusal of the content fails all recipients and is held against none', async () => {
    stage.apple.script('x@icloud.com', [{ rule: 'policy-cs01', phase: 'eod' }])
    await stage.haraka.send({ from: 'f@example.com', to: ['x@icloud.com', 'y@icloud.com'] })
    const [dsn] = await stage.dsns('f@example.com')
    for (const recipient of ['x@icloud.com', 'y@icloud.com']) {
      expect(dsn).toContain(`Final-Recipient: rfc822;${recipient}`)
      expect(await stage.remembered(recipient)).toMatchObject({ suppressions: [], softBounces: [] })
    }
    expect(dsn?.match(/^Diagnostic-Code: smtp;55[04] 5\.7\.1 \[CS01\]/gm)).toHaveLength(2)
  })

  it('a reply of many lines, with control characters, is one line in the log and in the DSN', async () => {
    const reply = '554-5.7.1 [CS03] first\n554 5.7.1 second\u001b[31m\ttab'
    stage.apple.script('lines@icloud.com', [{ reply }])
    await stage.haraka.send({ from: 'g@example.com', to: ['lines@icloud.com'] })
    const [dsn] = await stage.dsns('g@example.com')
    expect(dsn).toContain('Diagnostic-Code: smtp;554 5.7.1 [CS03] first second\\x1b[31m\\x09tab')
    expect(stage.decisions('lines@icloud.com')).toEqual([
      expect.stringContaining('reply="554-5.7.1 [CS03] first 554 5.7.1 second\\x1b[31m\\x09tab"'),
    ])
  })
})
