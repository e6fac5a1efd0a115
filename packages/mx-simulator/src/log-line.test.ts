import { expect, test } from 'vitest'
import { logLine } from './log-line.ts'
import type { Attempt } from './records.ts'

const attempt: Attempt = {
  at: 0,
  host: 'mx01.mail.icloud.com',
  sessionId: 7,
  phase: 'helo',
  recipient: null,
  sender: null,
  code: 250,
  reply: '250-mx01.mail.icloud.com\n250 PIPELINING',
  rule: null,
}

test('shows the lines of a reply in one', () => {
  expect(logLine(attempt, Infinity)).toBe(
    '00:00:00 mx01 #7 helo    - 250-mx01.mail.icloud.com / 250 PIPELINING',
  )
})

test('escapes what steers a terminal', () => {
  const line = logLine(
    { ...attempt, phase: 'rcpt', recipient: 'a\u001b@icloud.com', reply: '550 no' },
    Infinity,
  )
  expect(line).toBe('00:00:00 mx01 #7 rcpt    a\\u001b@icloud.com 550 no')
})

test('is wrapped between words to a terminal', () => {
  expect(logLine(attempt, 64)).toBe(
    '00:00:00 mx01 #7 helo    - 250-mx01.mail.icloud.com /\n         250 PIPELINING',
  )
})
