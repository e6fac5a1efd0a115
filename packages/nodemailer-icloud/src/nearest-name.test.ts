import { expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const known = ['ledger', 'engine', 'policy', 'retry', 'retryAmbiguous', 'budgetMs', 'hop', 'clock']

it.each([
  ['ledgr', 'ledger'],
  ['ldeger', 'ledger'],
  ['Ledger', 'ledger'],
  ['polcy', 'policy'],
  ['budget', 'budgetMs'],
  ['retryambiguous', 'retryAmbiguous'],
  ['retrys', 'retry'],
  ['hops', 'hop'],
  ['x', null],
  ['', null],
  ['database', null],
  ['a'.repeat(100_000), null],
])('%s: %s', (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest)
})
