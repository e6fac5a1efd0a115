import { expect, it } from 'vitest'
import { Calendar } from './calendar.ts'

it('gives what is due once, in the order in which it was added', () => {
  const calendar = new Calendar<string>()
  calendar.add(5, 'a')
  calendar.add(7, 'b')
  calendar.add(5, 'c')
  expect(calendar.take(4)).toEqual([])
  expect(calendar.take(5)).toEqual(['a', 'c'])
  expect(calendar.take(5)).toEqual([])
  expect(calendar.isEmpty).toBe(false)
  expect(calendar.take(7)).toEqual(['b'])
  expect(calendar.isEmpty).toBe(true)
})
