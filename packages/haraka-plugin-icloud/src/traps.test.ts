import { setTimeout as elapse } from 'node:timers/promises'
import type { Attempt } from '@icloud-delivery/mx-simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokenQueue, fiveHours, gate, hurry, karma, saboteur, spy } from './plugins.test.fixture.ts'
import { ageless, lockLedger, setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: {
      plugins: karma.plugins,
      ownPlugins: { brokenQueue, gate, hurry, saboteur, spy },
      config: {
        ...karma.config,
        'icloud.timeout': '1\n',
        'icloud_policy.json': JSON.stringify(ageless),
      },
    },
  })
})

afterAll(() => stage?.close())

describe.concurrent("Haraka's ten traps", () => {
  it('trap 1: a message whose recipients are all suppressed after it was queued ends in a DSN, not a crash', async () => {
    const open = stage.gate('late1')
    await stage.haraka.send({ from: 'one@example.com', to: ['late1@icloud.com'] })
    await stage.suppress('late1@icloud.com')
    open()
    const [dsn] = await stage.dsns('one@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;late1@icloud.com')
    expect(dsn).toContain('suppressed locally (operator, ')
    expect(stage.tries('late1@icloud.com')).toBe(0)
    await stage.haraka.send({ from: 'one@example.com', to: ['after1@icloud.com'] })
    await stage.delivered('after1@icloud.com')
  })

  it('trap 3: with karma loaded no deny hook runs and the delay is kept', async () => {
    stage.apple.script('wait3@icloud.com', [{ rule: 'rate-limited', times: 2 }, { accept: true }])
    await stage.haraka.send({ from: 'three@example.com', to: ['wait3@icloud.com'] })
    await stage.delivered('wait3@icloud.com')
    const due = stage
      .decisions('wait3@icloud.com')
      .map((line) => Date.parse(/ next=(\S+)/.exec(line)?.[1] ?? ''))
    const tries = stage.apple.attempts.filter(
      ({ phase, recipient }) => phase === 'rcpt' && recipient === 'wait3@icloud.com',
    )
    expect(due).toHaveLength(2)
    expect(tries).toHaveLength(3)
    for (const [index, at] of due.entries()) expect(tries[index + 1]?.at).toBeGreaterThanOrEqual(at)
    expect(stage.haraka.log.filter((line) => line.includes('SPY deny'))).toEqual([])
  })

  it('trap 4: a hook that fails does not end the process, and the mail goes on', async () => {
    await stage.haraka.send({ from: 'sabotage@example.com', to: ['four@icloud.com'] })
    await stage.delivered('four@icloud.com')
    await stage.haraka.logged('sabotaged')
    expect(stage.haraka.process.exitCode).toBeNull()
  })

  it('trap 5: the DSN of a partial result has Action, Status and Diagnostic-Code', async () => {
    stage.apple.script('asleep5@icloud.com', [{ rule: 'inactive-account' }])
    await stage.haraka.send({ from: 'five@example.com', to: ['fine5@icloud.com', 'asleep5@icloud.com'] })
    await stage.delivered('fine5@icloud.com')
    const [dsn] = await stage.dsns('five@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;asleep5@icloud.com')
    expect(dsn).not.toContain('fine5@icloud.com>: ')
    expect(dsn).toContain('Action: failed')
    expect(dsn).toContain('Status: 5.1.1')
    expect(dsn).toContain('Remote-MTA: dns; mx01.mail.icloud.com')
    expect(dsn).toContain('Diagnostic-Code: smtp;550 5.1.1 <asleep5@icloud.com>: inactive email address')
  })

  it('trap 7: a reply at the dot does not write over the replies at RCPT', async () => {
    stage.apple.script('gone7@icloud.com', [{ rule: 'invalid-recipient' }])
    stage.apple.script('busy7@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    stage.apple.script('dot7@icloud.com', [{ rule: 'service-unavailable', phase: 'eod' }, { accept: true }])
    await stage.haraka.send({
      from: 'seven@example.com',
      to: ['gone7@icloud.com', 'busy7@icloud.com', 'dot7@icloud.com'],
    })
    const [dsn] = await stage.dsns('seven@example.com')
    expect(dsn).toContain('Diagnostic-Code: smtp;550 5.1.1 <gone7@icloud.com>: user does not exist')
    expect(dsn?.match(/^Final-Recipient/gm)).toHaveLength(1)
    await stage.delivered('busy7@icloud.com')
    await stage.delivered('dot7@icloud.com')
    expect(stage.tries('gone7@icloud.com')).toBe(1)
  })

  it('trap 7: a refusal at the dot does not bounce who was only put off at RCPT', async () => {
    stage.apple.script('later7@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    stage.apple.script('spam7@icloud.com', [{ rule: 'policy-cs02', phase: 'eod' }])
    await stage.haraka.send({ from: 'seven-b@example.com', to: ['later7@icloud.com', 'spam7@icloud.com'] })
    const [dsn] = await stage.dsns('seven-b@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;spam7@icloud.com')
    expect(dsn?.match(/^Final-Recipient/gm)).toHaveLength(1)
    await stage.delivered('later7@icloud.com')
  })

  it('trap 9: parts of one transaction keep apart although they share their notes', async () => {
    stage.apple.script('gone9@icloud.com', [{ rule: 'invalid-recipient' }])
    stage.apple.script('full9@me.com', [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({
      from: 'nine@example.com',
      to: ['gone9@icloud.com', 'full9@me.com', 'fine9@mac.com'],
    })
    const [dsn] = await stage.dsns('nine@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;gone9@icloud.com')
    await stage.delivered('full9@me.com')
    await stage.delivered('fine9@mac.com')
    expect(stage.decisions('full9@me.com')).toEqual([expect.stringContaining('rule=mailbox-full')])
    expect(stage.decisions('fine9@mac.com')).toEqual([])
    expect(
      stage.mailboxes.messages.filter(({ envelope }) => envelope.to.includes('nine@example.com')),
    ).toHaveLength(1)
  })

  it('trap 10: "Too many failures" without a reply ends in one DSN', async () => {
    stage.apple.script('dead10@icloud.com', [{ drop: true }])
    await stage.haraka.send({ from: 'ten@example.com', to: ['dead10@icloud.com'] })
    const [dsn] = await stage.dsns('ten@example.com')
    expect(dsn).toContain('Too many failures (Tried all MXs)')
    // The first try and Haraka's three intervals, on both hosts.
    const tries = stage.apple.attempts.filter(
      ({ phase, sender }) => phase === 'mail' && sender === 'ten@example.com',
    )
    expect(tries).toHaveLength(8)
    expect(stage.decisions('dead10@icloud.com')).toEqual([])
  })

  it('trap 10: "Too many failures" with a fresh reply is what the reply says: tried again', async () => {
    stage.apple.script('tired10@icloud.com', [
      { drop: true, times: 6 },
      { rule: 'service-unavailable' },
      { accept: true },
    ])
    await stage.haraka.send({ from: 'ten-b@example.com', to: ['tired10@icloud.com'] })
    await stage.delivered('tired10@icloud.com')
    expect(stage.decisions('tired10@icloud.com')).toHaveLength(1)
    expect(stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes('ten-b@example.com'))).toBe(
      false,
    )
  })

  it('trap 10: a queue file that cannot be renamed costs nobody the message', async () => {
    stage.apple.script('requeue10@icloud.com', [{ rule: 'rate-limited', times: 2 }, { accept: true }])
    await stage.haraka.send({ from: 'ten-c@example.com', to: ['requeue10@icloud.com'] })
    await stage.delivered('requeue10@icloud.com')
    expect(stage.tries('requeue10@icloud.com')).toBe(3)
    expect(stage.decisions('requeue10@icloud.com')).toHaveLength(2)
    expect(stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes('ten-c@example.com'))).toBe(
      false,
    )
  })

  it("replies of Apple's use up none of the attempts that Haraka allows", async () => {
    stage.apple.script('patient@icloud.com', [
      { rule: 'rate-limited', times: 3 },
      { drop: true, times: 2 },
      { accept: true },
    ])
    await stage.haraka.send({ from: 'patience@example.com', to: ['patient@icloud.com'] })
    await stage.delivered('patient@icloud.com')
    expect(stage.decisions('patient@icloud.com')).toHaveLength(3)
  })

  it('a reply to several recipients that is about one of them is asked for again, one by one', async () => {
    const gone = { reply: '550 5.1.1 user does not exist', phase: 'eod' as const }
    stage.apple.script('one11@icloud.com', [gone, { accept: true }])
    stage.apple.script('two11@icloud.com', [{ accept: true }, gone])
    await stage.haraka.send({ from: 'eleven@example.com', to: ['one11@icloud.com', 'two11@icloud.com'] })
    await stage.delivered('one11@icloud.com')
    const [dsn] = await stage.dsns('eleven@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;two11@icloud.com')
    expect(dsn?.match(/^Final-Recipient/gm)).toHaveLength(1)
    expect((await stage.remembered('one11@icloud.com')).suppressions).toEqual([])
    expect((await stage.remembered('two11@icloud.com')).suppressions).toHaveLength(1)
  })
})

/** Locks the ledger before Apple answers RCPT: the message has its connection, which may take a write, and its reply has none. */
function lockedAfterMail(sender: string): Promise<() => void> {
  return new Promise((resolve) => {
    const hear = (attempt: Attempt): void => {
      if (attempt.phase !== 'mail' || attempt.sender !== sender) return
      stage.apple.off('reply', hear)
      resolve(lockLedger(stage.haraka))
    }
    stage.apple.on('reply', hear)
  })
}

it('trap 6: a partial result does not make a message younger: it expires', async () => {
  const other = await setStage({ haraka: fiveHours })
  try {
    other.apple.script('never6@icloud.com', [{ rule: 'rate-limited' }])
    await other.haraka.send({
      from: 'six@example.com',
      to: ['fine6@icloud.com', 'never6@icloud.com'],
      headers: { 'X-Stream': 'marketing' },
    })
    const [dsn] = await other.dsns('six@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;never6@icloud.com')
    expect(dsn).toContain('Status: 5.4.7')
    // At its begin, and after each hour up to the fifth, when it is too old.
    expect(other.tries('never6@icloud.com')).toBe(6)
    expect(other.tries('fine6@icloud.com')).toBe(1)
  } finally {
    await other.close()
  }
})

// One after the other, because each stops everything else.
describe('trap 2: a ledger slower than the plugin time-out', () => {
  async function sendAndLock(sender: string, recipient: string): Promise<void> {
    const locked = lockedAfterMail(sender)
    await stage.haraka.send({ from: sender, to: [recipient] })
    const unlock = await locked
    await stage.apple.waitFor(() => stage.tries(recipient) === 1)
    await elapse(1500) // longer than icloud.timeout
    expect(stage.decisions(recipient)).toEqual([])
    unlock()
  }

  const timedOut = (): string[] => stage.haraka.log.filter((line) => line.includes('timed out on hook'))

  it('loses no message that is to be tried again', async () => {
    stage.apple.script('slow2@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    await sendAndLock('two@example.com', 'slow2@icloud.com')
    await stage.delivered('slow2@icloud.com')
    expect(timedOut()).toEqual([])
  })

  it('loses no bounce', async () => {
    stage.apple.script('lost2@icloud.com', [{ rule: 'dmarc-failure' }])
    await sendAndLock('two-lost@example.com', 'lost2@icloud.com')
    const [dsn] = await stage.dsns('two-lost@example.com')
    expect(dsn).toContain('Status: 5.7.1')
    expect(timedOut()).toEqual([])
  })
})
