import { rules } from '@icloud-delivery/rules'
import { expect, it } from 'vitest'
import { kinds } from './kinds.ts'

const all = Object.entries(kinds)

it.each(all)('%s names rules that there are, and says what to do', (_, { severity, risks, title, fix }) => {
  const ids = new Set(rules.map(({ id }) => id))
  expect(risks.filter((id) => !ids.has(id))).toEqual([])
  // An error is an error because Apple refuses for it.
  if (severity === 'error') expect(risks).not.toEqual([])
  if (severity === 'unknown') expect(risks).toEqual([])
  expect(title.length).toBeGreaterThan(10)
  expect(title.endsWith('.')).toBe(false)
  expect(fix.endsWith('.')).toBe(false)
})

it('has a code once, though it comes from several files', () => {
  expect(new Set(all.map(([code]) => code)).size).toBe(all.length)
  expect(all.length).toBeGreaterThan(100)
})
