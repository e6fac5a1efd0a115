import { describe, expect, test } from 'vitest'
import { displayWidth } from './display-width.ts'
import { tabLines, tableLines, type Cell, type Column } from './table.ts'

const plain = (_tone: string, text: string): string => text
const columns = [{ name: 'name' }, { name: 'n', align: 'right' }, { name: 'words', least: 8 }] as const
const rows = [
  ['a', 5, 'some words that are too long'],
  ['bcd', 12_345, null],
] as const

const holds: readonly Column[] = [
  { name: 'hold' },
  { name: 'rule' },
  { name: 'since' },
  { name: 'reply', least: 16, below: true },
]
const reply = '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10 for more'
const held: readonly (readonly Cell[])[] = [
  ['sending-ip/192.0.2.10', 'proofpoint-block', '2026-01-31 12:00', reply],
  ['stream/a', 'rate', '2026-01-31 12:00', null],
]

describe('on a terminal', () => {
  test('columns are aligned, and those that may be are wrapped', () => {
    expect(tableLines(columns, rows, { width: 30, paint: plain })).toEqual([
      'name      n  words',
      'a         5  some words that',
      '             are too long',
      'bcd   12345  -',
    ])
  })

  test('running text stands below its row where there is too little room', () => {
    expect(tableLines(holds, held, { width: 60, paint: plain })).toEqual([
      'hold                   rule              since',
      'sending-ip/192.0.2.10  proofpoint-block  2026-01-31 12:00',
      '  550 5.7.0 Blocked - see',
      '  https://ipcheck.proofpoint.com/?ip=192.0.2.10 for more',
      'stream/a               rate              2026-01-31 12:00',
    ])
  })

  test('each cell has a line of its own where not even that fits', () => {
    expect(tableLines(holds, held, { width: 40, paint: plain })).toEqual([
      'sending-ip/192.0.2.10',
      '  rule   proofpoint-block',
      '  since  2026-01-31 12:00',
      '  reply  550 5.7.0 Blocked - see',
      '         https://ipcheck.proofpoint.com/?ip=192.0.2.10',
      '         for more',
      '',
      'stream/a',
      '  rule   rate',
      '  since  2026-01-31 12:00',
    ])
  })

  test('a long address stands above its row, whole, so that the others keep their columns', () => {
    const addresses: readonly Column[] = [{ name: 'recipient', overhang: 8 }, { name: 'origin' }]
    const long = 'somebody@privaterelay.appleid.com'
    const some = [
      ['a@me.com', 'reply'],
      [long, 'operator'],
    ]
    expect(tableLines(addresses, some, { width: 40, paint: plain })).toEqual([
      'recipient                       origin',
      'a@me.com                        reply',
      long,
      '                                operator',
    ])
  })

  test.each([40, 60, 80, 120])('nothing is wider than %i columns, and nothing is cut', (width) => {
    const words = [
      '日本語のメール',
      '👍👍👍',
      'Zoë',
      '\u001b[2J\u202e',
      'x'.repeat(130),
      'a b  c',
      'e\u0301é',
    ]
    for (let first = 0; first < words.length; first++) {
      const texts = words.map((_, index) => words[(first + index) % words.length] ?? '')
      const row = [texts[0], texts[1], texts.slice(0, 2).join(' '), texts.join(' ')]
      const lines = tableLines(holds, [row, ...held], { width, paint: plain })
      expect(lines.filter((line) => displayWidth(line) > width && !line.includes('://'))).toEqual([])
      const letters = (text: string): string[] => Array.from(text.replaceAll(/[\s-]/g, '')).toSorted()
      const all = letters(lines.join(''))
      const shown = tabLines(holds, [row, ...held]).slice(1)
      for (const letter of new Set(letters(shown.join(''))))
        expect(all.filter((one) => one === letter).length, letter).toBeGreaterThanOrEqual(
          letters(shown.join('')).filter((one) => one === letter).length,
        )
    }
  })
})

describe('in a pipe', () => {
  test('a tab stands between cells, and what steers a terminal is shown', () => {
    expect(tabLines(columns, [['a\tb', 1, '\u001b[2J']])).toEqual([
      'name\tn\twords',
      'a\\u0009b\t1\t\\u001b[2J',
    ])
  })

  test('a row is one line, however long it is', () => {
    const long = 'word '.repeat(200).trim()
    expect(tableLines(holds, [['a', 'b', 'c', long]], { width: Infinity, paint: plain })).toEqual([
      'hold  rule  since  reply',
      `a     b     c      ${long}`,
    ])
  })
})
