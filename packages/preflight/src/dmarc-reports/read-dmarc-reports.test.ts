import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { cpuSeconds } from '../cpu-seconds.test.fixture.ts'
import { dmarcReportKinds } from '../findings/dmarc-report-kinds.ts'
import { mail } from '../message/mail.test.fixture.ts'
import { report, type Row } from './report.test.fixture.ts'
import { readDmarcReports, type DmarcSummary } from './read-dmarc-reports.ts'

const good: Row = { ip: '192.0.2.10', count: 100, dkim: true, spf: true }
const half: Row = { ip: '192.0.2.10', count: 5, dkim: true }
const bad: Row = {
  ip: '198.51.100.7',
  count: 30,
  disposition: 'quarantine',
  signer: 'example.net',
  envelope: 'bounce.example.net',
}
const bytes = (text: string): Uint8Array => Buffer.from(text)
const xml = report([good, half, bad])
const asMail = mail({
  files: [
    { name: 'r.xml.gz', type: 'application/gzip', content: gzipSync(xml) },
    { name: 'logo.png', content: 'png' },
  ],
})

describe('readDmarcReports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'preflight-dmarc-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: Uint8Array | string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  it('adds up per source, failing senders first', async () => {
    const summary = await readDmarcReports([bytes(xml), bytes(report([bad], '2', 'Other Mail'))])
    expect(summary).toMatchObject({ messages: 165, passed: 105, failed: 60 })
    expect(summary.reports).toEqual([
      {
        organisation: 'Example Mail',
        id: '1',
        domain: 'example.com',
        begin: 1772496000000,
        end: 1772582399000,
      },
      expect.objectContaining({ organisation: 'Other Mail', id: '2' }),
    ])
    expect(summary.sources).toEqual([
      {
        ip: '198.51.100.7',
        messages: 60,
        passed: 0,
        failed: 60,
        dkimPassed: 0,
        spfPassed: 0,
        quarantined: 60,
        rejected: 0,
        fromDomains: ['example.com'],
        dkimDomains: ['example.net'],
        spfDomains: ['bounce.example.net'],
        reporters: ['Example Mail', 'Other Mail'],
      },
      expect.objectContaining({
        ip: '192.0.2.10',
        messages: 105,
        passed: 105,
        failed: 0,
        dkimPassed: 105,
        spfPassed: 100,
      }),
    ])
    expect(summary.findings).toEqual([
      expect.objectContaining({
        code: 'dmarc-source-failing',
        where: '198.51.100.7',
        risks: ['dmarc-failure', 'authentication-failure'],
        evidence:
          '60 of 60 messages fail; From example.com; envelope bounce.example.net; signed by example.net; reported by Example Mail, Other Mail',
      }),
    ])
  })

  it('counts a report once, though it came twice', async () => {
    expect(await readDmarcReports([bytes(xml), gzipSync(xml)])).toMatchObject({
      messages: 135,
      reports: [{ id: '1' }],
    })
  })

  it.each<[string, () => string | Uint8Array]>([
    ['XML', () => file('a.xml', xml)],
    [
      'XML with a namespace',
      () =>
        bytes(
          xml.replaceAll(/<(\/?)(?=[a-z])/g, '<$1d:').replace('<d:feedback>', '<d:feedback xmlns:d="urn:x">'),
        ),
    ],
    ['XML in UTF-16', () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, 'utf16le')])],
    ['gzip', () => file('a.xml.gz', gzipSync(xml))],
    ['zip', () => file('a.zip', zipSync({ 'a.xml': bytes(xml) }))],
    ['a mail', () => file('a.eml', asMail)],
    [
      'a mailbox',
      () =>
        file(
          'mbox',
          `From a@example.com Tue Mar  3\r\n${asMail.toString('latin1')}\r\nFrom b@example.com Tue Mar  3\r\n${asMail.toString('latin1')}`,
        ),
    ],
  ])('reads %s', async (_, source) => {
    expect(await readDmarcReports(source())).toMatchObject({
      messages: 135,
      failed: 30,
      findings: [{ code: 'dmarc-source-failing' }],
    })
  })

  it('reads a folder and a Maildir', async () => {
    const maildir = join(folder, 'Maildir')
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true })
    writeFileSync(join(maildir, 'cur', '1.a:2,S'), asMail)
    writeFileSync(
      join(maildir, 'new', '2.b'),
      mail({ files: [{ name: 'r.zip', content: zipSync({ 'r.xml': bytes(report([good], '9')) }) }] }),
    )
    writeFileSync(join(maildir, 'tmp', '3.c'), 'half a mail')
    expect(await readDmarcReports(maildir)).toMatchObject({
      messages: 235,
      reports: [{ id: '9' }, { id: '1' }],
    })
    expect(await readDmarcReports(join(maildir, 'cur'))).toMatchObject({ messages: 135 })
  })

  const laughs = `<!DOCTYPE feedback [<!ENTITY a "${'ha'.repeat(1000)}">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]><feedback>&j;</feedback>`
  it.each<[string, Uint8Array, RegExp]>([
    ['a billion laughs', bytes(laughs), /document type/],
    [
      'a file that is to be read',
      bytes('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><feedback>&e;</feedback>'),
      /document type/,
    ],
    ['an entity without a document type', bytes('<feedback>&e;</feedback>'), /entity/],
    ['elements without end', bytes('<feedback>'.repeat(100_000)), /nested deeper/],
    ['a text that is no report', bytes('<html></html>'), /no DMARC report/],
    ['half a report', bytes(xml.slice(0, 500)), /unclosed/],
    ['nothing', bytes(''), /neither XML/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), /neither XML/],
    ['a gzip bomb', gzipSync(Buffer.alloc(21 * 1024 * 1024, 32), { level: 1 }), /unpacks to more than/],
    [
      'a zip bomb',
      zipSync({ 'a.xml': new Uint8Array(21 * 1024 * 1024).fill(32) }, { level: 1 }),
      /unpacks to more than/,
    ],
    ['half a gzip', gzipSync(xml).subarray(0, 100), /gzip is damaged/],
    ['half a zip', zipSync({ 'a.xml': bytes(xml) }).subarray(0, 100), /./],
    ['a mail without a report', mail(), /no report attached/],
    ['too many rows', bytes(report(Array.from({ length: 30_001 }, () => good))), /more than 30000 rows/],
  ])('is not harmed by %s, and goes on', async (_, hostile, why) => {
    const healthy = bytes(report([good], '5'))
    let summary: DmarcSummary | undefined
    const cost = await cpuSeconds(async () => {
      summary = await readDmarcReports([hostile, healthy])
    })
    expect(summary).toMatchObject({ messages: 100, reports: [{ id: '5' }] })
    expect(summary?.findings).toMatchObject([
      { code: 'dmarc-report-unreadable', severity: 'unknown', where: 'input 1' },
    ])
    expect(summary?.findings[0]?.evidence).toMatch(why)
    expect(cost).toBeLessThan(10)
  })

  it('leaves out rows that make no sense, and escapes what it shows', async () => {
    const odd = report([
      { ...bad, ip: 'x' },
      { ...bad, count: -5 },
      { ...bad, from: 'a\u202eb.example', count: 2 },
    ])
    const summary = await readDmarcReports(bytes(odd))
    expect(summary).toMatchObject({ messages: 2, sources: [{ fromDomains: ['a\\u202eb.example'] }] })
  })

  it('reads a large mailbox one mail at a time', async () => {
    const one = Buffer.concat([
      Buffer.from('From a@example.com\n'),
      mail({ text: 'x'.repeat(5_000_000) }),
      Buffer.from('\n'),
    ])
    const path = file('large.mbox', Buffer.concat(Array.from({ length: 10 }, () => one)))
    const summary = await readDmarcReports(path)
    expect(summary.findings.map(({ where }) => where)).toEqual(
      Array.from({ length: 10 }, (_, n) => `${path}, mail ${n + 1}`),
    )
  })

  it('says that a path cannot be read', async () => {
    await expect(readDmarcReports(join(folder, 'missing'))).rejects.toMatchObject({ code: 'EINPUT' })
  })

  it('shows each code', () => {
    expect(Object.keys(dmarcReportKinds)).toEqual(['dmarc-source-failing', 'dmarc-report-unreadable'])
  })
})
