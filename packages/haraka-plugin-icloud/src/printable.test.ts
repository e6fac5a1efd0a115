import { describe, expect, it } from 'vitest'
import { printable } from './printable.ts'

describe('printable', () => {
  it('leaves plain text alone', () => {
    expect(printable('550 5.1.1 <anna@icloud.com>: user does not exist', 100)).toBe(
      '550 5.1.1 <anna@icloud.com>: user does not exist',
    )
  })

  it('escapes line breaks, terminal codes, backslashes and everything beyond ASCII', () => {
    expect(printable('a\r\nb\u001b[31m\\ü’', 100)).toBe('a\\x0d\\x0ab\\x1b[31m\\\\\\xfc\\u{2019}')
  })

  it('cuts', () => {
    expect(printable('abcdef', 3)).toBe('abc...')
    expect(printable('\n\n\n', 3)).toBe('\\x0...')
  })
})
