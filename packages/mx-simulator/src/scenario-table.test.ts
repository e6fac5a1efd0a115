import { expect, test } from 'vitest'
import { scenarioTable } from './scenario-table.ts'

test('has one line for each recipient if there is room without end', () => {
  const lines = scenarioTable(Infinity).split('\n')
  expect(lines).toContain('policy-cs03                        at end of data: 554 5.7.1 [CS03]')
  expect(lines.filter((line) => line.startsWith('dmarc-failure'))).toEqual([
    expect.stringMatching(/ for info$/),
  ])
})

test('is wrapped between words', () => {
  const lines = scenarioTable(110).split('\n')
  expect(lines.filter((line) => line.length > 110)).toEqual([])
  expect(lines).toContain('slow                               accepts, 5 s after the final dot')
  expect(lines.some((line) => /^ {35}\S/.test(line))).toBe(true)
})

test('has the replies below the names where there is little room', () => {
  const table = scenarioTable(80)
  expect(table.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(table).toContain('\nslow\n    accepts, 5 s after the final dot\n')
})
