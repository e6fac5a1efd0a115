import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from './program.ts'

let printed = ''
beforeEach(() => {
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

const groups: Readonly<Record<string, readonly string[]>> = {
  placement: ['list', 'test', 'forget'],
  suppressions: ['list', 'add', 'release', 'import', 'export'],
  holds: ['list', 'release'],
  incidents: ['list', 'close'],
}

test('each command has help with examples, and prints JSON', async () => {
  expect(await run(['--help'])).toBe(0)
  const names = Array.from(printed.matchAll(/^ {2}([a-z]+) .*\n/gm), ([, name]) => name ?? '')
  const commands = names.filter((name) => name !== 'icloud')
  expect(commands).toHaveLength(20)
  const all = commands.flatMap((name) => [[name], ...(groups[name] ?? []).map((sub) => [name, sub])])
  for (const command of all) {
    printed = ''
    expect(await run([...command, '--help']), command.join(' ')).toBe(0)
    expect(printed).toMatch(new RegExp(`^Usage: icloud-delivery ${command.join(' ')}`))
    expect(printed, command.join(' ')).toContain('\nExamples:\n')
    const isGroup = command.length === 1 && groups[command[0] ?? ''] !== undefined
    if (!isGroup) expect(printed, command.join(' ')).toContain('--json')
  }
})
