import { expect, test } from 'vitest'
import { Page } from './page.ts'
import { pageWidth } from './page-width.ts'

const plain = (_tone: string, text: string): string => text

test('lays out text, fields and lists', () => {
  const page = new Page(40, plain)
  page.paragraph('A title', { tone: 'title' })
  page.fields([
    ['Short', 'one'],
    ['Much longer', 'words that need more than a single line'],
    ['Unknown', null],
  ])
  page.section('Meaning', 'It means that something has to be done about it.')
  page.list('Steps', '[ ]', ['First, and this is wrapped below itself', 'Second'])
  page.list('Nothing', '-', [])
  page.fields([['Nothing', undefined]], 'Nothing')
  page.fields([['IP', '192.0.2.1']], 'Evidence')
  expect(page.toString()).toBe(`A title

Short        one
Much longer  words that need more than a
             single line

Meaning
  It means that something has to be done
  about it.

Steps
  [ ] First, and this is wrapped below
      itself
  [ ] Second

Evidence
  IP  192.0.2.1
`)
})

test('paints each line by itself, so that nothing else is painted', () => {
  const page = new Page(40, (tone, text) => `<${tone}>${text}</>`)
  page.paragraph('Words that need more than a single line to stand on', { tone: 'caution', indent: 2 })
  expect(page.toString()).toBe(
    '  <caution>Words that need more than a single</>\n  <caution>line to stand on</>\n',
  )
})

test('makes remote text harmless, and bounds it', () => {
  const page = new Page(40, plain)
  page.paragraph(`\u001b]0;owned\u0007${'x'.repeat(5000)}`)
  page.fields([['Domain', 'a\u202eb\nc']])
  page.list('Items', '-', ['a\u001bb'])
  const text = page.toString()
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  expect(text).toContain('characters more')
  expect(text).toContain('Domain  a\\u202eb\\u000ac')
  expect(text.length).toBeLessThan(1500)
})

test('is as wide as the terminal, at least 40 columns, 80 where it does not tell', () => {
  expect([{}, { columns: 0 }, { columns: 20 }, { columns: 132 }].map(pageWidth)).toEqual([
    'pipe',
    80,
    40,
    132,
  ])
})
