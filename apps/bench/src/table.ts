import Table from 'cli-table3'
import type { Row } from './row.ts'

/** The rows for people. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['row', 'unit', 'ours', 'baseline', 'ratio', 'middle half of the runs', 'target', 'met'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [] },
  })
  for (const { name, unit, ours, baseline, ratio, spread, target, met } of rows) {
    table.push([
      name,
      unit,
      figure(ours),
      figure(baseline),
      figure(ratio),
      `${figure(spread[0])} to ${figure(spread[1])}`,
      target ?? '',
      met === null ? '' : met ? 'yes' : 'MISSED',
    ])
  }
  return table.toString()
}

/** With as many digits as mean something: three, or all those before the decimal point. */
export function figure(value: number): string {
  return value.toLocaleString('en-US', {
    maximumSignificantDigits: Math.abs(value) >= 1000 ? Math.ceil(Math.log10(Math.abs(value) + 1)) : 3,
  })
}
