import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, expect } from 'vitest'
import { chapters } from './chapters/chapters.ts'
import { it, printed } from './demo.test.fixture.ts'
import type { Result } from './results.ts'
import { rows } from './scenario.ts'
import type { ToldChapter } from './tell-chapters.ts'
import { watchable } from './tempo.ts'

describe('./dev start --once --json', () => {
  it(
    'ends with every row as expected, and with nothing but the table on standard output',
    { timeout: 600_000 },
    async ({ folder, start }) => {
      const child = start('--once', '--json')
      const [output, progress] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      const report = JSON.parse(output) as {
        ok: boolean
        rows: Result[]
        chapters: ToldChapter[]
        error?: { code: string; message: string }
      }
      // What kept it from its end, and not only that there are no rows.
      expect(report.error).toBeUndefined()
      expect(
        report.rows.flatMap(({ recipient, differences }) => differences.map((one) => [recipient, one])),
      ).toEqual([])
      expect(report.rows.map(({ recipient }) => recipient)).toEqual(rows.map(({ recipient }) => recipient))
      for (const { recipient, rule, rounds, remembers, ok } of report.rows) {
        expect(ok, recipient).toBe(true)
        // The local part is the rule's id, apart from those who are called by a name.
        if (!/^(?:anna|berta|clara|nobody)@/.test(recipient))
          expect(rule).toBe(recipient.replace('@icloud.com', ''))
        // Nobody is suppressed but for a fault of the recipient.
        expect(remembers.suppressedBy, recipient).toBe(
          rounds[1]?.sendMail === 'ESUPPRESSED' ? 'invalid-recipient' : null,
        )
      }
      expect(report.chapters).toEqual(chapters.map(({ name }) => ({ name, ok: true, differences: [] })))
      expect(report.ok).toBe(true)
      expect(child.exitCode).toBe(0)
      expect(progress).toContain(`All 17 rows and all ${chapters.length} chapters came as expected`)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

describe.concurrent('in part', () => {
  it(
    'at the pace for people a block lasts long enough to be seen, and the release ends it all the same',
    { timeout: 400_000 },
    async ({ start }) => {
      const child = start('--chapter', 'blocked')
      const output = await printed(child, /Still running/)
      expect(output).toContain('The chapter came as expected')
      expect(output).toMatch(/flash-sale".* is open again: released by hand/)
      const at = (pattern: RegExp): number => Number(pattern.exec(output)?.[1])
      const refusedAt = at(/(\d+\.\d) s ↻ bargain/)
      const deliveredAt = at(/(\d+\.\d) s ✓ bargain/)
      // Both are told to a tenth of a second.
      expect(deliveredAt - refusedAt).toBeGreaterThan(watchable.readMs / 1000 - 0.15)
      child.kill('SIGINT')
      await once(child, 'exit')
      expect(child.exitCode).toBe(0)
    },
  )

  it(
    'one chapter is told alone, with its line of what to watch and the address of the dashboard',
    { timeout: 400_000 },
    async ({ start }) => {
      const child = start('--once', '--chapter', 'full')
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
      expect(child.exitCode).toBe(0)
      expect(output).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/)
      expect(output).toMatch(/\nDay 1: A full mailbox\nWatch: Who, /)
      expect(output).toContain('The chapter came as expected')
      expect(output).not.toContain('Round 1')
    },
  )

  it('a wrong option ends with 2, and names the nearest', async ({ start }) => {
    const child = start('--onse')
    const [complaint] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(child.exitCode).toBe(2)
    expect(complaint).toMatch(/unknown option '--onse'\n\(Did you mean --once\?\)/)
  })

  it('a chapter that there is not ends with 2, and names those that there are', async ({ start }) => {
    const child = start('--chapter', 'flood')
    const [complaint] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(child.exitCode).toBe(2)
    expect(complaint).toContain('morning, throttle, full, inactive, auth, blocked, incident, replies')
  })
})
