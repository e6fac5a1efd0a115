import { expect, it } from 'vitest'
import { shown } from './shown.ts'

it.each([
  ['550 no\r\n550 such user', '550 no 550 such user'],
  ['550 \u001b[2Jgone', '550 \\u{1b}[2Jgone'],
  ['550 \u202emoc.elpmaxe', '550 \\u{202e}moc.elpmaxe'],
])('%j is shown as %j', (text, safe) => {
  expect(shown(text, 80)).toBe(safe)
})

it('bounds the length', () => {
  expect(shown('x'.repeat(100_000), 20)).toBe(`${'x'.repeat(19)}…`)
  expect(shown('\u0007'.repeat(100_000), 20)).toHaveLength(20)
})
