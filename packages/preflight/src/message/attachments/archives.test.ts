import { createCipheriv } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { zipSync, type Zippable } from 'fflate'
import { describe, expect, it } from 'vitest'
import { cpuSeconds } from '../../cpu-seconds.test.fixture.ts'
import { checkMessage } from '../check-message.ts'
import { mail, sentAt } from '../mail.test.fixture.ts'
import { rar4, rar5, sevenZip, tar, tarWithLongName, type File } from './archives.test.fixture.ts'

const text: File = { name: 'a.txt', content: 'hello' }
/** The beginning of a program, under a name that hides it. */
const hidden: File = {
  name: 'readme.txt',
  content: Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(200)]),
}
const zip = (files: Zippable): Uint8Array => zipSync(files)
const zipOf = (...files: readonly File[]): Uint8Array =>
  zip(Object.fromEntries(files.map(({ name, content }) => [name, Buffer.from(content)])))

const check = async (...files: readonly Uint8Array[]): Promise<Record<string, string>> => {
  const message = mail({ files: files.map((content, index) => ({ name: `${index}.dat`, content })) })
  const { findings } = await checkMessage(message, { authentication: false, clock: () => sentAt })
  return Object.fromEntries(findings.map(({ code, evidence }) => [code.replace('attachment-', ''), evidence]))
}

describe('what is in an archive', () => {
  it.each<[string, Uint8Array, Record<string, string>]>([
    ['a tar', tar([text]), { archive: 'tar with a.txt' }],
    [
      'a program in a tar',
      tar([text, hidden]),
      { archive: 'tar with a.txt, readme.txt', executable: 'readme.txt: elf' },
    ],
    [
      'a script in a tar, by its name',
      tar([{ name: 'a.vbs', content: 'x' }]),
      { archive: 'tar with a.vbs', script: 'a.vbs: the ending of a script' },
    ],
    [
      'a long name in a tar of GNU',
      tarWithLongName('L', `${'x/'.repeat(80)}a.exe`),
      { archive: expect.any(String), executable: expect.stringMatching(/a\.exe: the ending/) },
    ],
    [
      'a long name in a tar of pax',
      tarWithLongName('x', `${'x/'.repeat(80)}a.exe`),
      { archive: expect.any(String), executable: expect.stringMatching(/a\.exe: the ending/) },
    ],
    [
      'a tar that breaks off',
      tar([{ name: 'a.txt', content: 'x'.repeat(5000) }]).subarray(0, 2000),
      { archive: 'tar with a.txt', broken: 'tar' },
    ],
    [
      'a tar in gzip, which is one archive',
      gzipSync(tar([hidden])),
      { archive: 'tar.gz with readme.txt', executable: 'readme.txt: elf' },
    ],
    [
      'a zip in a tar in gzip',
      gzipSync(tar([{ name: 'b.zip', content: zipOf(hidden) }])),
      {
        archive: 'tar.gz with b.zip',
        'nested-archive': 'b.zip: a zip within an archive',
        executable: 'b.zip: readme.txt: elf',
      },
    ],
    [
      'a tar in a zip',
      zipOf({ name: 'b.tar', content: tar([hidden]) }),
      {
        archive: 'zip with b.tar',
        'nested-archive': 'b.tar: a tar within an archive',
        executable: 'b.tar: readme.txt: elf',
      },
    ],
    [
      'a program in gzip in a zip',
      zipOf({ name: 'b.gz', content: gzipSync(Buffer.from(hidden.content)) }),
      {
        archive: 'zip with b.gz',
        'nested-archive': 'b.gz: a gzip within an archive',
        executable: 'b.gz: elf in gzip',
      },
    ],
    [
      'a rar 5 whose files are stored',
      rar5([text, hidden]),
      { archive: 'rar with a.txt, readme.txt', executable: 'readme.txt: elf' },
    ],
    [
      'a rar 4 whose files are stored',
      rar4([text, hidden]),
      { archive: 'rar with a.txt, readme.txt', executable: 'readme.txt: elf' },
    ],
    [
      'a packed rar 5',
      rar5([{ name: 'a.exe', content: 'x' }], { packed: true }),
      {
        archive: 'rar with a.exe',
        executable: 'a.exe: the ending of a program',
        'not-inspected': 'a.exe: packed in a way that is not unpacked here',
      },
    ],
    [
      'a packed rar 4',
      rar4([text], { packed: true }),
      { archive: 'rar with a.txt', 'not-inspected': 'a.txt: packed in a way that is not unpacked here' },
    ],
    [
      'a rar 5 with a password',
      rar5([text], { encrypted: true }),
      { archive: 'rar with a.txt', encrypted: 'a rar with a password' },
    ],
    [
      'a rar 5 with a password that does not hide its names',
      rar5([{ name: 'a.exe', content: 'x' }], { encrypted: true }),
      {
        archive: 'rar with a.exe',
        executable: 'a.exe: the ending of a program',
        encrypted: 'a rar with a password',
      },
    ],
    [
      'a rar 4 with a password',
      rar4([text], { encrypted: true }),
      { archive: 'rar with a.txt', encrypted: 'a rar with a password' },
    ],
    [
      'a rar that breaks off',
      rar5([text], { end: false }).subarray(0, -3),
      { archive: 'rar with a.txt', 'not-inspected': 'rar' },
    ],
    [
      'a rar in a zip',
      zipOf({ name: 'b.rar', content: rar5([hidden]) }),
      {
        archive: 'zip with b.rar',
        'nested-archive': 'b.rar: a rar within an archive',
        executable: 'b.rar: readme.txt: elf',
      },
    ],
    ['a 7z', sevenZip.packedHeader, { archive: '7z', 'not-inspected': '7z' }],
    [
      'a 7z whose names can be read',
      sevenZip.plainHeader,
      {
        archive: '7z with a.txt, setup.exe',
        executable: 'setup.exe: the ending of a program',
        'not-inspected': '7z',
      },
    ],
    [
      'a 7z with a password',
      sevenZip.encrypted,
      { archive: '7z with a.txt', encrypted: 'a 7z with a password' },
    ],
    [
      'a 7z whose names have one too',
      sevenZip.encryptedHeader,
      { archive: '7z', encrypted: 'a 7z with a password' },
    ],
    ['a 7z that breaks off', sevenZip.packedHeader.subarray(0, 60), { archive: '7z', 'not-inspected': '7z' }],
    [
      'another kind',
      Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(100)]),
      { archive: 'xz', 'not-inspected': 'xz' },
    ],
    [
      'a disk image',
      Buffer.concat([Buffer.alloc(32_769), Buffer.from('CD001'), Buffer.alloc(2000)]),
      { archive: 'iso', 'not-inspected': 'iso' },
    ],
    [
      'a disk of a virtual machine',
      Buffer.concat([Buffer.from('vhdxfile'), Buffer.alloc(100)]),
      { archive: 'vhdx', 'not-inspected': 'vhdx' },
    ],
    [
      'the container of Outlook',
      Buffer.concat([Buffer.from('789f3e22', 'hex'), Buffer.alloc(100)]),
      { archive: 'TNEF', 'not-inspected': 'TNEF' },
    ],
    [
      'more files than are opened',
      zip(Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`${n}.txt`, new Uint8Array()]))),
      { archive: expect.any(String), 'not-inspected': '200 of 201 files were opened' },
    ],
    [
      'a gzip of more than is looked at',
      gzipSync(noise(21 * 1024 * 1024, 300_000)),
      { archive: 'gzip', 'not-inspected': 'gzip behind the first 20971520 bytes' },
    ],
  ])('%s', async (_, file, findings) => {
    expect(await check(file)).toEqual(findings)
  })
})

/** So many bytes that nothing makes smaller, and zeros up to a length. */
function noise(length: number, differing: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
  return Buffer.concat([cipher.update(Buffer.alloc(differing)), Buffer.alloc(length - differing)])
}

describe('archives that are to do harm', () => {
  it.each<[string, () => Uint8Array[], string]>([
    ['a tar that goes back', () => [tar([text, text], { size: '-0000002000\0' })], 'archive'],
    ['a tar of the largest size', () => [tar([text], { size: '77777777777\0' })], 'broken'],
    [
      'a tar of very many files',
      () => [Buffer.alloc(20_000_000, tar([{ name: 'a', content: '' }]).subarray(0, 512))],
      'archive',
    ],
    [
      'a rar of empty headers',
      () => [Buffer.concat([rar5([]).subarray(0, 8), Buffer.alloc(10_000_000)])],
      'not-inspected',
    ],
    [
      'a rar whose sizes have no end',
      () => [Buffer.concat([rar5([]).subarray(0, 8), Buffer.alloc(10_000_000, 0xff)])],
      'not-inspected',
    ],
    ['a rar of very many files', () => [rar4(Array.from({ length: 20_000 }, () => text))], 'not-inspected'],
    [
      'a 7z with its header far away',
      () => [Buffer.from(sevenZip.packedHeader).fill(0xff, 12, 28)],
      'not-inspected',
    ],
    [
      'a hundred small gzip bombs',
      () => {
        const bomb = gzipSync(Buffer.alloc(15_000_000))
        return Array.from({ length: 100 }, () => bomb)
      },
      'not-inspected',
    ],
    [
      'archives that each unpack to much',
      () => {
        const inner = zip({ 'a.txt': noise(100_000, 60_000) })
        return [
          zip(
            Object.fromEntries(
              Array.from({ length: 60 }, (_, n) => [
                `${n}.zip`,
                Buffer.concat([Buffer.from(inner), Buffer.alloc(2_000_000)]),
              ]),
            ),
          ),
        ]
      },
      'not-inspected',
    ],
  ])('%s', async (_, make, code) => {
    const files = make()
    const before = process.memoryUsage().rss
    let found: Record<string, string> = {}
    const cost = await cpuSeconds(async () => {
      found = await check(...files)
    })
    expect(Object.keys(found)).toContain(code)
    expect(cost).toBeLessThan(10)
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  })
})
