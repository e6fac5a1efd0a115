import { expect, test } from 'vitest'
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
