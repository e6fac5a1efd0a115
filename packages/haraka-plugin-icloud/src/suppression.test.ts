import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gate } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({ haraka: { ownPlugins: { gate } } })
})

afterAll(() => stage?.close())

describe('suppressed recipients', () => {
  it('are taken out before the queue; the others get the message and the sender hears why', async () => {
    await stage.suppress('out@icloud.com')
    const reply = await stage.haraka.send({ from: 'a@example.com', to: ['out@icloud.com', 'in@icloud.com'] })
    expect(reply).toMatch(/^250 Message Queued/)
    await stage.delivered('in@icloud.com')
    const [dsn] = await stage.dsns('a@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;out@icloud.com')
    expect(dsn).toContain('Status: 5.7.1')
    expect(dsn).toMatch(/Diagnostic-Code: smtp;550 5\.7\.1 suppressed locally \(operator, \d{4}-/)
    expect(dsn).toContain('Subject: Hello')
    expect(dsn).not.toContain('rfc822;in@icloud.com')
    expect(stage.tries('out@icloud.com')).toBe(0)
  })

  it('may be all there are: nothing is queued', async () => {
    await stage.suppress('sole@icloud.com')
    await stage.haraka.send({ from: 'b@example.com', to: ['sole@icloud.com'] })
    const [dsn] = await stage.dsns('b@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;sole@icloud.com')
    expect(stage.tries('sole@icloud.com')).toBe(0)
  })

  it('are bounced before the attempt if they were suppressed after the message was queued', async () => {
    const open = stage.gate('late')
    await stage.haraka.send({ from: 'c@example.com', to: ['late@icloud.com', 'other@icloud.com'] })
    await stage.suppress('late@icloud.com')
    open()
    await stage.delivered('other@icloud.com')
    const [dsn] = await stage.dsns('c@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;late@icloud.com')
    expect(dsn).toContain('suppressed locally (operator, ')
    expect(dsn).not.toContain('rfc822;other@icloud.com')
    expect(stage.tries('late@icloud.com')).toBe(0)
    expect(stage.tries('other@icloud.com')).toBe(1)
  })

  it('cause no DSN to the null sender', async () => {
    await stage.suppress('null@icloud.com')
    await stage.haraka.send({ from: '', to: ['null@icloud.com', 'null-too@icloud.com'] })
    await stage.delivered('null-too@icloud.com')
    expect(stage.tries('null@icloud.com')).toBe(0)
    expect(stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes('null@icloud.com'))).toBe(
      false,
    )
  })

  it('are no business of ours at other providers', async () => {
    await stage.suppress('reader@example.org')
    await stage.haraka.send({ from: 'd@example.com', to: ['reader@example.org'] })
    await stage.mailboxes.waitFor(({ messages }) =>
      messages.some(({ recipients }) => recipients.includes('reader@example.org')),
    )
    expect(stage.decisions('reader@example.org')).toEqual([])
  })
})

it('[suppression] dsn=false: nobody is told', async () => {
  const quiet = await setStage({ haraka: { ownPlugins: { gate } }, icloud: ['[suppression]', 'dsn=false'] })
  try {
    await quiet.suppress('out@icloud.com')
    await quiet.haraka.send({ from: 'e@example.com', to: ['out@icloud.com', 'first@icloud.com'] })
    await quiet.delivered('first@icloud.com')
    const open = quiet.gate('late')
    await quiet.haraka.send({ from: 'e@example.com', to: ['late@icloud.com', 'second@icloud.com'] })
    await quiet.suppress('late@icloud.com')
    open()
    await quiet.delivered('second@icloud.com')
    expect(quiet.decisions('out@icloud.com')).toHaveLength(1)
    expect(quiet.decisions('late@icloud.com')).toHaveLength(1)
    expect(quiet.mailboxes.messages).toEqual([])
  } finally {
    await quiet.close()
  }
})
