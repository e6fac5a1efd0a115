import { expect, it } from 'vitest'
import type { Table } from './find-changes.ts'
import { SettledTables } from './settled-tables.ts'

const minute = 60_000
const bucketsOf = (groups: readonly string[]): number[] => groups.map((group) => Number(group.split('/')[2]))
/** One that can be told from others. */
const table = (): Table =>
  new Map([
    [
      `${Math.random()}`,
      { lane: '', stream: '', attempts: 0, deferral: 0, bounce: 0, policy: 0, messages: 0 },
    ],
  ])

it('reads again only what may still change, and gives the same tables in order', () => {
  const tables = new SettledTables({ width: minute, keepMs: minute }, 6, 2)
  expect(bucketsOf(tables.wanted(100 * minute))).toEqual([95, 96, 97, 98, 99, 100])
  const first = Array.from({ length: 6 }, table)
  const others = [table()]
  const read = [...first, ...others]
  expect(tables.take(read)).toEqual(first)
  expect(read).toEqual(others)

  expect(bucketsOf(tables.wanted(101 * minute))).toEqual([98, 99, 100, 101])
  const second = Array.from({ length: 4 }, table)
  expect(tables.take([...second])).toEqual([first[1], first[2], ...second])
})

it('reads again what it had settled, if the clock went back', () => {
  const tables = new SettledTables({ width: minute, keepMs: minute }, 6, 2)
  tables.wanted(100 * minute)
  tables.take(Array.from({ length: 6 }, table))
  expect(bucketsOf(tables.wanted(98 * minute))).toEqual([93, 94, 96, 97, 98])
})
