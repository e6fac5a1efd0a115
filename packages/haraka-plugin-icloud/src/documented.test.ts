import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ini } from './option.ts'
import { knownOptions, readSettings } from './settings.ts'

const home = path.join(import.meta.dirname, '..')
const readme = readFileSync(path.join(home, 'README.md'), 'utf8')
const file = readFileSync(path.join(home, 'config', 'icloud.ini'), 'utf8')

/** The file with its examples in force: `; key=value` becomes `key=value`. */
function uncommented(): Ini {
  const ini: Record<string, Record<string, string>> = {}
  let section = 'main'
  for (const line of file.split('\n')) {
    const [, header] = /^(?:; )?\[(\w+)\]$/.exec(line) ?? []
    if (header !== undefined) section = header
    const [, key, value] = /^; ([\w.-]+)=(.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) ini[section] = { ...ini[section], [key]: value }
  }
  return ini
}

describe('config/icloud.ini', () => {
  it('changes nothing as it is: every option in it is a comment', () => {
    for (const line of file.split('\n')) expect(line).toMatch(/^(?:;.*|\[\w+\]|)$/)
  })

  it('shows every option, with a value that is allowed', () => {
    const ini = uncommented()
    expect(readSettings(ini).problems).toEqual([])
    for (const { section, key } of knownOptions()) {
      if (key === null) expect(Object.keys(ini[section] ?? {})).not.toEqual([])
      else expect(Object.keys(ini[section] ?? {})).toContain(key)
    }
  })

  it('says what the defaults are', () => {
    const { settings: standard } = readSettings({})
    const { settings: shown } = readSettings(uncommented())
    const examples = [
      'buffer',
      'ledger',
      'stream',
      'lanes',
      'laneIps',
      'laneHelos',
      'metricsListen',
      'returnPathDomain',
      'preflightModule',
      'canary',
    ]
    const compared = Object.keys(shown).filter(
      (name) => !name.startsWith('testing') && !examples.includes(name),
    )
    const valuesOf = (settings: object): unknown[] =>
      Object.entries(settings).filter(([name]) => compared.includes(name))
    expect(valuesOf(shown)).toEqual(valuesOf(standard))
  })
})

it('the README has every option', () => {
  for (const { section, key } of knownOptions()) expect(readme).toContain(`| \`[${section}] ${key ?? '<'}`)
})
