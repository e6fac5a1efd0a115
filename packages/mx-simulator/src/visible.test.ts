import { expect, test } from 'vitest'
import { logLine } from './log-line.ts'
import { visible, visibleJson } from './visible.ts'

test('shows characters that steer a terminal or turn the text around', () => {
  expect(visible('a\u001b[2J\r\nb\u0007\u202ec\u2028\\n')).toBe(
    'a\\u001b[2J\\u000d\\nb\\u0007\\u202ec\\u2028\\\\n',
  )
})

test('stays JSON', () => {
  const value = { reply: '\u009b2J\u202e \n ü' }
  const line = visibleJson(value)
  expect(line).toMatch(/^[\u0020-\u007e\u00a0-\u00ff]+$/)
  expect(JSON.parse(line)).toEqual(value)
})

test('logs one answer in one line', () => {
  const line = logLine({
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    host: 'mx01.mail.icloud.com',
    sessionId: 7,
    phase: 'rcpt',
    recipient: 'a\u001b@icloud.com',
    sender: 'news@example.com',
    code: 550,
    reply: '550-a\n550 b',
    rule: null,
  })
  expect(line).toBe('03:04:05 mx01 #7 rcpt    a\\u001b@icloud.com 550-a\\n550 b')
})
