import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Row } from './row.ts'

const main = path.resolve(import.meta.dirname, '../dist/main.js')

interface Result {
  code: number
  stdout: string
  stderr: string
}

function bench(...args: readonly string[]): Promise<Result> {
  return benchWith(process.env, ...args)
}

async function benchWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const code = new Promise<number>((resolve, reject) => child.on('close', resolve).on('error', reject))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

describe('the built command', () => {
  it('prints a row as one line of JSON, and the progress apart from it', async () => {
    const { code, stdout, stderr } = await bench('classify/host', '--quick', '--runs', '1', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'classify/host: run 1 of 1\n' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    const row = JSON.parse(lines[0]!) as Row
    expect(row).toEqual({
      name: 'classify/host',
      unit: 'replies/s of one core',
      ours: expect.any(Number),
      baseline: expect.any(Number),
      ratio: expect.any(Number),
      spread: [expect.any(Number), expect.any(Number)],
      target: 'ours >= 2000000',
      met: expect.any(Boolean),
    })
    expect(row.ratio).toBe(row.ours / row.baseline)
    expect(row.met).toBe(row.ours >= 2_000_000)
  })

  it('prints a table that says whether the target is met, for a table of rules that is doubled', async () => {
    const { code, stdout } = await bench('classify/double', '--quick', '--runs', '1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/classify\/double-table .* ratio >= 0\.909 │ (?:yes|MISSED) /)
    expect(stdout).toMatch(/[01] of 1 targets met/)
  })

  it('measures a row of each other family', async () => {
    const names = [
      'ledger/sqlite',
      'nodemailer/json-apple',
      'nodemailer/pool-other-cpu',
      'haraka/plugin',
      'preflight/message',
      'dashboard/search',
    ]
    const { code, stdout } = await bench(...names, '--quick', '--runs', '1', '--json')
    expect(code).toBe(0)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
    expect(rows.map(({ name }) => name)).toEqual(names)
    for (const { ours, baseline } of rows) expect(Number.isFinite(ours) && baseline > 0).toBe(true)
    // Each row has processes of its own.
  }, 600_000)

  it('says why a row cannot be measured, and goes on', async () => {
    const names = ['ledger/redis-bytes', 'classify/host']
    const env = { ...process.env, PATH: '/nowhere' }
    const { code, stdout, stderr } = await benchWith(env, ...names, '--quick', '--runs', '1', '--json')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\{"name":"classify\/host"/)
    expect(stderr).toContain('ledger/redis-bytes: not measured: there is no redis-server')
  })

  it('lists what there is', async () => {
    const { code, stdout } = await bench('--list', 'ledger')
    expect(code).toBe(0)
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'ledger/memory',
      'ledger/sqlite',
      'ledger/sqlite-1m',
      'ledger/sqlite-1m-loop',
      'ledger/sqlite-lone',
      'ledger/sqlite-4-processes',
      'ledger/sqlite-10m',
      'ledger/sqlite-10m-rss',
      'ledger/redis-4-processes',
      'ledger/redis-admit-1000',
      'ledger/redis-bytes',
      '',
    ])
  })

  it('simulates, in a process of its own, and says what came of it', async () => {
    const { code, stdout, stderr } = await bench('simulation', '--recipients', '200', '--seed', '3', '--json')
    expect(code).toBe(0)
    expect(stderr).toContain('day 30 of 30, 610 messages')
    expect(JSON.parse(stdout)).toMatchObject({
      recipients: 200,
      seed: 3,
      unaccounted: 0,
      suppressions: { wrongly: 0 },
      run: { seconds: expect.any(Number) },
    })
  }, 300_000)

  it('refuses a name that no row has, and a number of runs that is none', async () => {
    const { code, stdout, stderr } = await bench('speed')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('classify/neither')
    expect(await bench('--runs', '0')).toMatchObject({ code: 2, stdout: '' })
  })
})
