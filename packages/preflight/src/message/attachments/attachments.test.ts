import { gzipSync } from 'node:zlib'
import { zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import { cpuSeconds } from '../../cpu-seconds.test.fixture.ts'
import { attachmentKinds } from '../../findings/attachment-kinds.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { checkMessage } from '../check-message.ts'
import { mail, sentAt } from '../mail.test.fixture.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const zip = (files: Zippable): Uint8Array => zipSync(files)

/** The beginnings of programs: enough to be known by, and nothing that runs. */
const windows = Buffer.concat([
  bytes('MZ'),
  Buffer.alloc(58),
  Buffer.from([64, 0, 0, 0]),
  bytes('PE\0\0'),
  Buffer.alloc(200),
])
const linux = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(200)])
const compound = (stream: string): Buffer =>
  Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(1000),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(600),
  ])
const document = { '[Content_Types].xml': bytes('<Types/>'), 'word/document.xml': bytes('<w/>') }
const pdf = (inside = ''): Uint8Array =>
  bytes(`%PDF-1.7\n1 0 obj\n<< /Type /Catalog ${inside} >>\nendobj\n%%EOF`)

/** Sets the flag for a password in all headers of an archive. */
function encrypted(archive: Uint8Array): Uint8Array {
  const copy = Buffer.from(archive)
  for (
    let at = copy.indexOf('PK\x03\x04', 0, 'latin1');
    at !== -1;
    at = copy.indexOf('PK\x03\x04', at + 4, 'latin1')
  )
    copy[at + 6] = 1
  for (
    let at = copy.indexOf('PK\x01\x02', 0, 'latin1');
    at !== -1;
    at = copy.indexOf('PK\x01\x02', at + 4, 'latin1')
  )
    copy[at + 8] = 1
  return copy
}

/** Claims that what is inside unpacks to 2 GB. */
function claiming(archive: Uint8Array): Uint8Array {
  const copy = Buffer.from(archive)
  copy.writeUInt32LE(2_000_000_000, copy.indexOf('PK\x01\x02', 0, 'latin1') + 24)
  return copy
}

const cases: readonly [codes: readonly FindingCode[], name: string, file: string, content: Uint8Array][] = [
  [['attachment-executable'], 'a program of Windows', 'setup.bin', windows],
  [['attachment-executable'], 'a program of Linux without an ending', 'setup', linux],
  [['attachment-executable'], 'a name alone', 'setup.scr', bytes('hello')],
  [
    ['attachment-executable'],
    'a Java program',
    'tool.dat',
    zip({ 'META-INF/MANIFEST.MF': bytes('x'), 'a/B.class': bytes('x') }),
  ],
  [['attachment-executable', 'attachment-disguised'], 'a program called a PDF', 'invoice.pdf', windows],
  [['attachment-executable', 'attachment-disguised'], 'two endings', 'invoice.pdf.exe', bytes('hello')],
  [['attachment-disguised'], 'a name that turns around', 'invoice_\u202efdp.dat', bytes('hello')],
  [
    ['attachment-executable'],
    'an installer of Windows',
    'setup.dat',
    Buffer.concat([compound('x'), Buffer.from('84100c0000000000c000000000000046', 'hex'), Buffer.alloc(100)]),
  ],
  [['attachment-script'], 'a shell script', 'install.txt.x', bytes('#!/bin/sh\nrm -r /\n')],
  [['attachment-script'], 'a batch file by its content', 'notes', bytes('@echo off\r\ndel *.*\r\n')],
  [
    ['attachment-script'],
    'Visual Basic',
    'notes.dat',
    bytes('x = 1\r\nSet a = CreateObject("WScript.Shell")\r\n'),
  ],
  [['attachment-script'], 'a name alone', 'notes.js', bytes('var a = 1')],
  [
    ['attachment-macro'],
    'a new document with macros',
    'a.docx',
    zip({ ...document, 'word/vbaProject.bin': bytes('x') }),
  ],
  [
    ['attachment-macro'],
    'a sheet with old macros',
    'a.xlsx',
    zip({ ...document, 'xl/macrosheets/sheet1.xml': bytes('x') }),
  ],
  [['attachment-macro'], 'an old document with macros', 'a.doc', compound('_VBA_PROJECT')],
  [['attachment-encrypted'], 'a document with a password', 'a.docx', compound('EncryptedPackage')],
  [
    ['attachment-encrypted', 'attachment-archive'],
    'a zip with a password',
    'a.zip',
    encrypted(zip({ 'a.txt': bytes('hello') })),
  ],
  [['attachment-archive'], 'a zip', 'a.zip', zip({ 'a.txt': bytes('hello') })],
  [['attachment-archive'], 'a gzip', 'a.gz', gzipSync('hello')],
  [
    ['attachment-archive', 'attachment-not-inspected'],
    'a 7z',
    'a.7z',
    Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(64)]),
  ],
  [
    ['attachment-archive', 'attachment-not-inspected'],
    'a rar',
    'a.rar',
    Buffer.concat([Buffer.from('526172211a0700', 'hex'), Buffer.alloc(64)]),
  ],
  [
    ['attachment-encrypted', 'attachment-archive'],
    'a rar with a password',
    'a.rar',
    Buffer.concat([Buffer.from('526172211a0701000000000004', 'hex'), Buffer.from([4]), Buffer.alloc(64)]),
  ],
  [
    ['attachment-executable', 'attachment-archive'],
    'a program in a zip',
    'a.zip',
    zip({ 'readme.txt': windows }),
  ],
  [['attachment-executable', 'attachment-archive'], 'a program in a gzip', 'a.gz', gzipSync(windows)],
  [
    ['attachment-script', 'attachment-archive'],
    'a script in a zip, by its name',
    'a.zip',
    zip({ 'a.vbs': bytes('x') }),
  ],
  [
    ['attachment-nested-archive', 'attachment-archive'],
    'a zip in a zip',
    'a.zip',
    zip({ 'b.zip': zip({ 'a.txt': bytes('x') }) }),
  ],
  [
    ['attachment-executable', 'attachment-nested-archive', 'attachment-archive'],
    'a program two zips deep',
    'a.zip',
    zip({ 'b.dat': zip({ 'a.exe': windows }) }),
  ],
  [
    ['attachment-nested-archive', 'attachment-archive'],
    'a zip in a gzip',
    'a.gz',
    gzipSync(zip({ 'a.txt': bytes('x') })),
  ],
  [
    ['attachment-bomb'],
    'an archive that unpacks to 2 GB',
    'a.zip',
    claiming(zip({ 'a.txt': bytes('hello') })),
  ],
  [
    ['attachment-bomb'],
    'an archive that unpacks a thousandfold',
    'a.zip',
    zip({ 'a.txt': new Uint8Array(30_000_000) }),
  ],
  [
    ['attachment-broken'],
    'half a zip',
    'a.zip',
    zip({ 'a.txt': bytes('hello'.repeat(100)) }).subarray(0, 60),
  ],
  [
    ['attachment-active'],
    'a PDF with a script',
    'a.pdf',
    pdf('/OpenAction << /S /JavaScript /JS (app.alert) >>'),
  ],
  [
    ['attachment-active'],
    'a page with a script',
    'a.html',
    bytes('<!doctype html><script>alert(1)</script>'),
  ],
  [
    ['attachment-active'],
    'a picture with a script',
    'a.svg',
    bytes('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"></svg>'),
  ],
  [['attachment-active'], 'RTF with an object', 'a.rtf', bytes('{\\rtf1 {\\object\\objdata 0105}}')],
]

async function codesIn(name: string, content: Uint8Array): Promise<FindingCode[]> {
  // Names beyond ASCII go into the header encoded.
  const encoded = /[^\x20-\x7e]/.test(name) ? `=?utf-8?B?${Buffer.from(name).toString('base64')}?=` : name
  const message = mail({ files: [{ name: encoded, content }] })
  const { findings } = await checkMessage(message, { authentication: false, clock: () => sentAt })
  return findings.map(({ code }) => code)
}

describe('attachments', () => {
  it.each(cases)('%j: %s', async (codes, _, name, content) => {
    expect((await codesIn(name, content)).toSorted()).toEqual(codes.toSorted())
  })

  it('has a file for every code', () => {
    expect(new Set(cases.flatMap(([codes]) => codes))).toEqual(new Set(Object.keys(attachmentKinds)))
  })

  it.each<[string, string, Uint8Array]>([
    ['a PDF', 'invoice.pdf', pdf()],
    ['a picture', 'logo.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a document', 'offer.docx', zip(document)],
    ['an old document', 'offer.doc', compound('WordDocument')],
    ['a Wallet pass', 'ticket.pkpass', zip({ 'pass.json': bytes('{}'), 'manifest.json': bytes('{}') })],
    ['a calendar', 'meeting.ics', bytes('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')],
    ['a table', 'orders.csv', bytes('a,b\r\n1,2\r\n')],
    ['a page without scripts', 'page.html', bytes('<!doctype html><p>Hello</p>')],
    ['nothing', 'empty.txt', bytes('')],
  ])('finds nothing in %s', async (_, name, content) => {
    expect(await codesIn(name, content)).toEqual([])
  })

  it('says where', async () => {
    const message = mail({
      files: [{ name: 'a.zip', content: zip({ 'b.exe': windows, 'c.txt': bytes('x') }) }],
    })
    const { findings } = await checkMessage(message, { authentication: false, clock: () => sentAt })
    expect(findings).toMatchObject([
      {
        code: 'attachment-executable',
        where: 'attachment "a.zip"',
        evidence: 'b.exe: the ending of a program, b.exe: exe',
        risks: ['policy-cs03'],
      },
      { code: 'attachment-archive', evidence: 'zip with b.exe, c.txt' },
    ])
  })

  it.each<[string, () => Uint8Array]>([
    ['a gzip bomb', () => gzipSync(Buffer.alloc(100_000_000), { level: 1 })],
    [
      'a thousand files',
      () => zip(Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`${n}.txt`, bytes('x')]))),
    ],
    [
      'archives in archives',
      () =>
        Array.from({ length: 20 }).reduce<Uint8Array>(
          (inner) => zip({ 'a.zip': inner, 'b.zip': inner }),
          bytes('x'),
        ),
    ],
    [
      'an archive of nothing but names',
      () => zip(Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`${n}`, bytes('')]))),
    ],
  ])('is not harmed by %s', async (_, make) => {
    const content = make()
    const message = mail({ files: [{ name: 'a.dat', content }] })
    const before = process.memoryUsage().rss
    const cost = await cpuSeconds(() => checkMessage(message, { authentication: false, clock: () => sentAt }))
    expect(cost).toBeLessThan(10)
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  })
})
