import { Readable } from 'node:stream'
import { classify } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { detectLogFormat } from './detect-format.ts'
import type { LogFormat, LogReply } from './log-reply.ts'
import { readLog } from './read-log.ts'
import { samples } from './samples.test.fixture.ts'

const now = Date.UTC(2026, 10, 30)
const nine = Date.UTC(2026, 10, 26, 9, 12)

async function read(text: string, format?: LogFormat): Promise<LogReply[]> {
  const options = { timeZone: '+01:00', reference: now, ...(format && { format }) }
  return await all(readLog(Readable.from([Buffer.from(text)]), options))
}

async function all<T>(replies: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const reply of replies) found.push(reply)
  return found
}

/** What matters of a reply, on one line: what is done with the message, by the rule, and whether it is tried again. */
function summary({ recipient, sender, messageId, outcome }: LogReply): string {
  if (outcome.kind === 'delivered') return `${recipient} from ${sender} ${messageId}: delivered`
  const { rule } = classify(outcome.text, { recipient, sender, mx: outcome.host, phase: outcome.phase })
  const last = outcome.final ? '' : ', goes on'
  return `${recipient} from ${sender} ${messageId}: ${rule} at ${outcome.phase} by ${outcome.host}${last}`
}

describe('readLog', () => {
  it('reads Postfix: attempts to Apple alone, with the sender and Message-ID of other lines', async () => {
    const replies = await read(samples.postfix)
    expect(replies.map(summary)).toMatchInlineSnapshot(`
      [
        "anna@icloud.com from bounce@example.com <news-1@example.com>: delivered",
        "berta@me.com from bounce@example.com <news-1@example.com>: invalid-recipient at rcpt by mx02.mail.icloud.com",
        "carla@custom.example from bounce@example.com <news-1@example.com>: rate-limited at eod by mx01.mail.icloud.com, goes on",
        "hanna@icloud.com from bounce@example.com <news-1@example.com>: proofpoint-block at connect by mx01.mail.icloud.com, goes on",
      ]
    `)
    expect(replies[0]).toMatchObject({
      format: 'postfix',
      queueId: '4F3B21C0A1',
      at: nine + 2000 - 3_600_000,
      trust: 'all',
    })
  })

  it('reads Exim, whichever way its selectors are set', async () => {
    const replies = await read(samples.exim)
    expect(replies.map(summary)).toMatchInlineSnapshot(`
      [
        "anna@icloud.com from bounce@example.com <news-1@example.com>: delivered",
        "berta@me.com from other@example.com <news-1@example.com>: delivered",
        "carla@icloud.com from undefined 1tFoBa-00000004Xy9-2Kab: invalid-recipient at rcpt by mx01.mail.icloud.com",
        "dora@custom.example from bounce@example.com <news-1@example.com>: rate-limited at eod by mx02.mail.icloud.com, goes on",
      ]
    `)
    expect(replies.map(({ at }) => at - nine + 3_600_000)).toEqual([2000, 2123, 3000, 4000])
  })

  it('reads Haraka’s own lines, and leaves out what may be another delivery’s', async () => {
    const replies = await read(samples.haraka)
    expect(replies.map(summary)).toMatchInlineSnapshot(`
      [
        "berta@icloud.com from bounce@example.com <news-1@example.com>: invalid-recipient at rcpt by null",
        "anna@icloud.com from bounce@example.com <news-1@example.com>: delivered",
        "carla@me.com from bounce@example.com <news-2@example.com>: rate-limited at null by null, goes on",
        "carla@me.com from bounce@example.com <news-2@example.com>: policy-cs01 at null by null",
      ]
    `)
    expect(replies[0]).toMatchObject({ format: 'haraka', queueId: '4D1A-11.1.1', at: nine + 2000 })
  })

  it.each([
    [
      'JSON',
      `{"level":"NOTICE","uuid":"A.1","origin":"core","message":"recipient <anna@icloud.com>","code":"OK","msg":"","sender":"bounce@example.com"}
{"level":"NOTICE","uuid":"A.1","origin":"core","message":"message","mid":"<1@example.com>","size":1,"rcpts":"1/0/0"}
{"level":"NOTICE","uuid":"A.1.1","origin":"outbound","message":"","delivered file":"f","domain":"icloud.com","host":"192.0.2.25","response":"2.5.0 Ok.","rcpts":"1/0/0"}
`,
    ],
    [
      'logfmt',
      `Nov 26 09:12:01 mail haraka[11]: level=NOTICE uuid=A.1 origin=core message="recipient <anna@icloud.com>" code=OK msg="" sender=bounce@example.com
Nov 26 09:12:01 mail haraka[11]: level=NOTICE uuid=A.1 origin=core message=message mid=<1@example.com> size=1 rcpts=1/0/0
Nov 26 09:12:01 mail haraka[11]: level=NOTICE uuid=A.1.1 origin=outbound message="" delivered file=f domain=icloud.com host=192.0.2.25 response="2.5.0 Ok." rcpts=1/0/0
`,
    ],
  ])('reads Haraka’s log in %s', async (_, text) => {
    expect((await read(text)).map(summary)).toEqual([
      'anna@icloud.com from bounce@example.com <1@example.com>: delivered',
    ])
  })

  it('leaves a line of Haraka out whose recipient is no address', async () => {
    const broken = samples.haraka.replace(
      'recipient <berta@icloud.com> rejected',
      'recipient <ud.com> rejected',
    )
    expect(broken).not.toBe(samples.haraka)
    for (const { recipient } of await read(broken)) expect(recipient).toContain('@')
  })

  it('reads the decisions of haraka-plugin-icloud', async () => {
    expect((await read(samples.decisions)).map(summary)).toMatchInlineSnapshot(`
      [
        "anna@icloud.com from undefined 4D1A-11.1.1: invalid-recipient at rcpt by mx01.mail.icloud.com",
        "carla@custom.example from undefined 4D1A-11.1.3: rate-limited at eod by mx02.mail.icloud.com, goes on",
        "dora@icloud.com from undefined 4D1A-11.1.4: delivered",
      ]
    `)
    expect(await read(samples.haraka + samples.decisions)).toHaveLength(3)
  })

  it('reads PowerMTA’s accounting file by its header', async () => {
    const replies = await read(samples.powermta)
    expect(replies.map(summary)).toMatchInlineSnapshot(`
      [
        "anna@icloud.com from bounce@example.com <news-1@example.com>: delivered",
        "berta@me.com from bounce@example.com <news-1@example.com>: invalid-recipient at null by mx02.mail.icloud.com",
        "carla@custom.example from bounce@example.com <news-1@example.com>: rate-limited at null by mx02.mail.icloud.com, goes on",
      ]
    `)
    expect(replies[0]).toMatchObject({ source: '192.0.2.10', queueId: 'env1', at: nine + 1000 - 3_600_000 })
    const [header = '', ...rest] = samples.powermta.split('\n')
    const turned = [header, ...rest].map((line) => line.replace(/^(\w+),([^,]*),/, '$1,$2,x,')).join('\n')
    expect((await read(turned.replace('type,timeLogged,x,', 'type,timeLogged,y,'))).map(summary)).toEqual(
      replies.map(summary),
    )
  })

  it('reads KumoMTA’s JSON lines', async () => {
    const replies = await read(samples.kumomta)
    expect(replies.map(summary)).toMatchInlineSnapshot(`
      [
        "anna@icloud.com from bounce@example.com <news-1@example.com>: delivered",
        "berta@me.com from bounce@example.com <news-1@example.com>: invalid-recipient at rcpt by mx01.mail.icloud.com",
        "carla@custom.example from bounce@example.com <news-1@example.com>: rate-limited at eod by mx01.mail.icloud.com, goes on",
      ]
    `)
    expect(replies[0]).toMatchObject({
      source: '192.0.2.10',
      at: 1_795_684_321_000,
      queueId: expect.any(String),
    })
  })

  it.each(['postfix', 'exim', 'haraka', 'powermta', 'kumomta'] as const)('knows a log of %s', (format) => {
    expect(detectLogFormat(samples[format])).toBe(format)
    expect(detectLogFormat(`\n# noise\n${samples[format].replaceAll('\n', '\r\n')}`)).toBe(format)
  })

  it('gives the same line the same id, and each recipient one of his own', async () => {
    const once = await read(samples.postfix)
    const again = await read(`${samples.postfix}${samples.postfix}`)
    expect(new Set(again.map(({ id }) => id))).toEqual(new Set(once.map(({ id }) => id)))
    expect(new Set(once.map(({ id }) => id)).size).toBe(once.length)
  })

  it('says what it expects of a log that it does not know', async () => {
    await expect(read('Subject: hello\n\nnothing\n')).rejects.toThrow(
      expect.objectContaining({ code: 'ELOGFORMAT', message: expect.stringContaining('postfix, exim') }),
    )
    await expect(all(readLog('/nowhere/mail.log'))).rejects.toThrow(
      expect.objectContaining({ code: 'EINPUT', message: expect.stringContaining('there is no such file') }),
    )
    await expect(all(readLog(Readable.from([]), { timeZone: 'Mars/Base' }))).rejects.toThrow(
      expect.objectContaining({ code: 'EARGUMENT' }),
    )
  })
})
