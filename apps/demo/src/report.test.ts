import { createEngine } from '@icloud-delivery/engine'
import { expect, it } from 'vitest'
import { tableOf } from './report.ts'
import { resultsOf } from './results.ts'
import { rows } from './scenario.ts'
import { styleFor } from './style.ts'

const refusal =
  '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'

it.each([80, 100, 140])('the table fits %i columns, and cuts neither names nor domains', async (width) => {
  const engine = createEngine({ ledger: 'memory:' })
  const round = (index: 0 | 1) => rows.map(({ expected }) => ({ ...expected[index], replies: [refusal] }))
  const results = await resultsOf([round(0), round(1)], engine)
  await engine.close()
  const table = tableOf(results, styleFor(process.stdout), width)
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
  for (const { recipient } of rows) {
    for (const part of recipient.replace('@', ' @').split(' ')) expect(table).toContain(`│ ${part} `)
  }
  expect(table).toContain('reputation')
})
