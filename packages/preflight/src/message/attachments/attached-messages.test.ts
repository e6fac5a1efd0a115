import { describe, expect, it } from 'vitest'
import { cpuSeconds } from '../../cpu-seconds.test.fixture.ts'
import type { Finding } from '../../findings/finding.ts'
import { checkMessage } from '../check-message.ts'
import { mail, sentAt } from '../mail.test.fixture.ts'

const check = async (message: Buffer): Promise<readonly Finding[]> =>
  (await checkMessage(message, { authentication: false, clock: () => sentAt })).findings

const program = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(200)])
const leaf = mail({ files: [{ name: 'tool.dat', content: program }] })

/** A message with another one attached, as it is, between boundaries of its own. */
function around(inner: Buffer, depth: number, disposition = 'attachment; filename="forwarded.eml"'): Buffer {
  const mark = '@@'
  const outer = mail({ text: mark }).toString('latin1').replaceAll('outer', `level${depth}`)
  const part = `Content-Type: message/rfc822\r\nContent-Disposition: ${disposition}\r\n\r\n${inner.toString('latin1')}`
  return Buffer.from(
    outer.replace(`--level${depth}--`, `--level${depth}\r\n${part}\r\n--level${depth}--`),
    'latin1',
  )
}

describe('a message that is attached', () => {
  it.each<[string, Buffer, string]>([
    ['one', around(leaf, 1), 'attachment "tool.dat" in attachment "forwarded.eml"'],
    ['inline', around(leaf, 1, 'inline'), 'attachment "tool.dat"'],
    [
      'in base64',
      mail({ files: [{ name: 'a.eml', type: 'message/rfc822', content: leaf }] }),
      'attachment "tool.dat" in attachment "a.eml"',
    ],
    [
      'one in one in one',
      around(around(around(leaf, 1), 2), 3),
      'attachment "tool.dat" in attachment "forwarded.eml" in attachment "forwarded.eml" in attachment "forwarded.eml"',
    ],
  ])('is looked into: %s', async (_, message, where) => {
    expect(await check(message)).toMatchObject([{ code: 'attachment-executable', evidence: 'elf', where }])
  })

  it('is unknown, and not fine, if it lies deeper', async () => {
    const message = around(around(around(around(leaf, 1), 2), 3), 4)
    expect(await check(message)).toMatchObject([{ code: 'attachment-not-inspected', severity: 'unknown' }])
  })

  it('finds nothing in an ordinary one', async () => {
    expect(await check(around(mail(), 1))).toEqual([])
  })

  it('counts its files with the others', async () => {
    const files = Array.from({ length: 60 }, (_, n) => ({ name: `${n}.txt`, content: 'x' }))
    const outer = mail({
      files: [{ name: 'a.eml', type: 'message/rfc822', content: mail({ files }) }, ...files],
    })
    expect(await check(outer)).toMatchObject([
      { code: 'content-not-checked', evidence: '121 files; 100 were looked at' },
    ])
  })

  it('does no harm in great numbers', async () => {
    const inner = Buffer.concat([mail(), Buffer.from('line\r\n'.repeat(40_000))])
    const files = Array.from({ length: 60 }, (_, n) => ({
      name: `${n}.eml`,
      type: 'message/rfc822',
      content: inner,
    }))
    let findings: readonly Finding[] = []
    const cost = await cpuSeconds(async () => {
      findings = await check(mail({ files }))
    })
    expect(cost).toBeLessThan(10)
    expect(findings.map(({ code }) => code)).toContain('attachment-not-inspected')
  })
})
