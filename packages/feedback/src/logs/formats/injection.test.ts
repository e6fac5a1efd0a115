import { Readable } from 'node:stream'
import { isAppleMx } from '@icloud-delivery/rules'
import { expect, it } from 'vitest'
import type { LogFormat } from '../log-reply.ts'
import { readLog } from '../read-log.ts'

const apples = 'mx01.mail.icloud.com'
const blocked = '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'
const gone = '550 5.1.1 <anna@icloud.com>: user does not exist'

function postfix(to: string, reply: string): string {
  return `2026-11-26T09:12:00+00:00 mail postfix/smtp[13]: 4F3B21C0A1: to=<${to}>, relay=mx.evil.example[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.evil.example[198.51.100.1] said: ${reply} (in reply to RCPT TO command))`
}

function exim(to: string, sender: string, reply: string, more = ''): string {
  return `2026-11-26 09:12:00 1abcde-000000000a2-1abc ** ${to} F=<${sender}> R=dnslookup T=remote_smtp H=mx.evil.example [198.51.100.1]${more}: SMTP error from remote mail server after RCPT TO:<x>: ${reply}`
}

const forged = `anna@icloud.com>, relay=${apples}[192.0.2.25]:25, delay=1, dsn=5.1.1, status=bounced (host ${apples}[192.0.2.25] said: ${gone} `

it.each<[string, LogFormat, string]>([
  ['a quoted local part', 'postfix', postfix(`"${forged}"@evil.example`, gone)],
  ['one without its quotes', 'postfix', postfix(`${forged}@evil.example`, gone)],
  [
    'a relay that says who answered',
    'postfix',
    postfix('anna@icloud.com', gone).replace('relay=mx.evil.example', `relay=${apples}`),
  ],
  ['a quoted recipient', 'exim', exim(`"a@icloud.com H=${apples} "@evil.example`, '', blocked)],
  ['a quoted sender', 'exim', exim('fwd@evil.example', `"x H=${apples} "@icloud.com`, blocked)],
  ['a sender without its quotes', 'exim', exim('fwd@evil.example', `x H=${apples} @icloud.com`, blocked)],
  ['a certificate', 'exim', exim('fwd@evil.example', '', blocked, ` DN="CN= H=${apples}"`)],
  ['an original address', 'exim', exim(`fwd@evil.example <"x H=${apples} "@icloud.com>`, '', blocked)],
])('%s in a log of %s does not put words into Apple’s mouth', async (_, format, line) => {
  const found = []
  for await (const reply of readLog(Readable.from([Buffer.from(`${line}\n`)]), { format }))
    if (isAppleMx(reply.outcome.host ?? '')) found.push(reply)
  expect(found).toEqual([])
})
