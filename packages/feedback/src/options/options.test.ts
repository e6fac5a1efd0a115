import { createEngine } from '@icloud-delivery/engine'
import { afterAll, describe, expect, it } from 'vitest'
import { createBounces } from '../bounces/bounces.ts'
import { ingestLog } from '../logs/ingest-log.ts'
import { readLog } from '../logs/read-log.ts'
import { createFeedback } from '../recorder/feedback.ts'
import { createWebhooks } from '../webhooks/create-webhooks.ts'

const engine = createEngine({ ledger: 'memory:' })
afterAll(() => engine.close())
const feedback = createFeedback({ engine })
const key = { id: 'k1', secret: 'a secret of the tests that nobody else has' }
const returnPath = { domain: 'example.com', keys: [key] }

/** What a call says of options that no compiler saw. */
function said(call: (options: never) => unknown, options: unknown): string {
  try {
    call(options as never)
  } catch (error) {
    expect(error).toMatchObject({ name: 'FeedbackError', code: 'EARGUMENT' })
    return (error as Error).message
  }
  return 'nothing'
}

describe('createFeedback', () => {
  it.each([
    [{ engine, lanes: 'x' }, 'createFeedback has no option "lanes"; did you mean "lane"?'],
    [{ engine, lane: '' }, 'createFeedback: lane must be a name, found ""'],
    [{}, 'createFeedback: engine must be what createEngine gave, found undefined'],
    [undefined, 'createFeedback: the options must be an object with engine, lane, found undefined'],
  ])('%j: %s', (options, message) => {
    expect(said(createFeedback, options)).toBe(message)
  })
})

describe('createBounces', () => {
  it.each([
    [{ retrunPath: returnPath }, 'createBounces has no option "retrunPath"; did you mean "returnPath"?'],
    [
      { returnPath: { ...returnPath, key } },
      'createBounces: returnPath has no option "key"; did you mean "keys"?',
    ],
    [
      { returnPath: { ...returnPath, domain: 'no domain' } },
      /^createBounces: returnPath\.domain must be a domain/,
    ],
    [
      { returnPath: { ...returnPath, keys: [] } },
      /^createBounces: returnPath\.keys must be a list of 1 to 4 keys/,
    ],
    [
      { returnPath: { ...returnPath, keys: [{ id: 'k1', secret: 'hunter2' }] } },
      'createBounces: returnPath.keys[0].secret must be text or bytes, at least 32 bytes, found 7 bytes',
    ],
    [{ relays: [{ host: 'a' }] }, 'createBounces: relays[0] has no option "host"; did you mean "hosts"?'],
    [{ relays: [{}] }, /^createBounces: relays\[0\]\.hosts must be at least one name/],
    [
      { receivers: { hosts: ['mx'], addresses: ['mx'] } },
      'createBounces: receivers.addresses[0] must be an IP address, found "mx"',
    ],
    [{ receivers: {} }, /^createBounces: receivers\.hosts must be/],
    [{ actOnUnsigned: 'no' }, 'createBounces: actOnUnsigned must be true or false, found "no"'],
    [{ clock: 5 }, 'createBounces: clock must be a function, found 5'],
  ])('%j: %s', (options, message) => {
    expect(said(createBounces, { feedback, ...options })).toMatch(message)
  })

  it('checks what each source takes at once, and never shows a password', async () => {
    const bounces = createBounces({ feedback, returnPath })
    expect(said(() => bounces.maildir('', {}), {})).toContain('the path of a Maildir')
    expect(said((options) => bounces.maildir('box', options), { moveto: 'x' })).toContain(
      'did you mean "moveTo"?',
    )
    expect(said((options) => bounces.mbox('box', options), { signal: 1 })).toContain('AbortController')
    expect(
      said((options) => bounces.imap(options), { host: 'mx', auth: { user: 'a', password: 'hunter2' } }),
    ).toBe('imap: auth has no option "password"; expected one of user, pass, accessToken')
    const wrong = { host: 'mx', auth: { user: 'a', pass: 1234 } }
    expect(said((options) => bounces.imap(options), wrong)).toBe(
      'imap: auth.pass must be a text, found "another thing (number)"',
    )
    expect(said((options) => bounces.imap(options), { auth: { user: 'a', pass: 'b' } })).toContain(
      'imap: host',
    )
    await expect(bounces.message('', { deliverdTo: 'x' } as never)).rejects.toThrow(
      'did you mean "deliveredTo"?',
    )
  })
})

describe('createWebhooks', () => {
  it.each([
    [{ postmrak: {} }, 'createWebhooks has no option "postmrak"; did you mean "postmark"?'],
    [
      { postmark: { secrets: 'hunter2' } },
      'createWebhooks: postmark has no option "secrets"; did you mean "secret"?',
    ],
    [{ ses: { topics: [] } }, /^createWebhooks: ses has no option "topics"; expected one of topicArns/],
    [
      { mailgun: 'hunter2-hunter2-hunter2' },
      /^createWebhooks: mailgun must be an object with signingKey, found "another thing/,
    ],
    [
      { mailgun: { signingKey: 'short' } },
      /^createWebhooks: mailgun\.signingKey must be a secret of 16 characters/,
    ],
    [{ sendgrid: { publicKey: 'MFww' } }, /^createWebhooks: sendgrid\.publicKey/],
    [{ logger: {} }, /^createWebhooks: logger must be an object with warn and error/],
    [{ annotate: 'x' }, /^createWebhooks: annotate must be a function/],
  ])('%j: %s', (options, message) => {
    const found = said(createWebhooks, { feedback, ...options })
    expect(found).toMatch(message)
    expect(found).not.toContain('hunter2')
  })
})

describe('logs', () => {
  it('say which option they do not have, before they read', async () => {
    await expect(ingestLog('none.log', { feedback, folow: true } as never)).rejects.toThrow(
      'ingestLog has no option "folow"; did you mean "follow"?',
    )
    await expect(ingestLog('none.log', { feedback, direct: 'yes' } as never)).rejects.toThrow('true or false')
    await expect(readLog('none.log', { timezone: 'UTC' } as never).next()).rejects.toThrow(
      'readLog has no option "timezone"; did you mean "timeZone"?',
    )
  })
})
