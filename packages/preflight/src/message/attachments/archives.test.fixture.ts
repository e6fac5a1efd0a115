import { crc32 } from 'node:zlib'

/** A file for an archive. */
export interface File {
  name: string
  content: Uint8Array | string
}

const block = 512
const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`

/** A tar archive as GNU tar and others write it. */
export function tar(files: readonly File[], changes: { size?: string; type?: string } = {}): Buffer {
  const parts = files.flatMap(({ name, content }) => {
    const body = Buffer.from(content)
    const header = Buffer.alloc(block)
    header.write(name.slice(0, 100), 0, 'utf8')
    header.write(`${octal(0o644, 8)}${octal(0, 8)}${octal(0, 8)}`, 100)
    header.write(changes.size ?? octal(body.length, 12), 124)
    header.write(octal(0, 12), 136)
    header.write(`        ${changes.type ?? '0'}`, 148)
    header.write('ustar\x0000', 257, 'latin1')
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, body, Buffer.alloc((block - (body.length % block)) % block)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

/** A tar archive with a name of any length: GNU's way, or that of pax. */
export function tarWithLongName(way: 'L' | 'x', name: string): Buffer {
  const record = (length: number): string => `${length} path=${name}\n`
  let length = 0
  while (record(length).length !== length) length = record(length).length
  const about = tar([{ name: 'about', content: way === 'L' ? `${name}\0` : record(length) }], { type: way })
  return Buffer.concat([about.subarray(0, -2 * block), tar([{ name: name.slice(0, 99), content: 'x' }])])
}

function vint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

function header5(...fields: readonly (Buffer | number)[]): Buffer {
  const body = Buffer.concat(fields.map((field) => (typeof field === 'number' ? vint(field) : field)))
  const sized = Buffer.concat([vint(body.length), body])
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(sized))
  return Buffer.concat([sum, sized])
}

const signature5 = Buffer.from('526172211a070100', 'hex')

/** `packed`: the files claim to be packed. `end: false`: without the header that ends it. */
export interface RarOptions {
  packed?: boolean
  encrypted?: boolean
  end?: boolean
}

/** A RAR 5 archive whose files are stored. */
export function rar5(files: readonly File[], options: RarOptions = {}): Buffer {
  const { packed = false, encrypted = false, end = true } = options
  const extra = encrypted ? Buffer.concat([vint(3), vint(1), vint(0), vint(0)]) : Buffer.alloc(0)
  const parts = files.flatMap(({ name, content }) => {
    const body = Buffer.from(content)
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(body))
    const flags = (encrypted ? 1 : 0) | 2
    const sizes = [...(encrypted ? [extra.length] : []), body.length]
    const method = packed ? 3 << 7 : 0
    const text = Buffer.from(name)
    return [
      header5(2, flags, ...sizes, 4, body.length, 0o644, sum, method, 1, text.length, text, extra),
      body,
    ]
  })
  return Buffer.concat([signature5, header5(1, 0, 0), ...parts, ...(end ? [header5(5, 0, 0)] : [])])
}

function header4(type: number, flags: number, rest: Buffer): Buffer {
  const header = Buffer.alloc(7)
  header[2] = type
  header.writeUInt16LE(flags, 3)
  header.writeUInt16LE(7 + rest.length, 5)
  const whole = Buffer.concat([header, rest])
  whole.writeUInt16LE(crc32(whole.subarray(2)) & 0xffff)
  return whole
}

/** The same of version 4. */
export function rar4(files: readonly File[], { packed = false, encrypted = false }: RarOptions = {}): Buffer {
  const parts = files.flatMap(({ name, content }) => {
    const body = Buffer.from(content)
    const text = Buffer.from(name, 'latin1')
    const about = Buffer.alloc(25)
    about.writeUInt32LE(body.length, 0)
    about.writeUInt32LE(body.length, 4)
    about[8] = 3
    about.writeUInt32LE(crc32(body), 9)
    about[17] = 20
    about[18] = packed ? 0x33 : 0x30
    about.writeUInt16LE(text.length, 19)
    return [header4(0x74, encrypted ? 0x8004 : 0x8000, Buffer.concat([about, text])), body]
  })
  const main = header4(0x73, 0, Buffer.alloc(6))
  return Buffer.concat([
    Buffer.from('526172211a0700', 'hex'),
    main,
    ...parts,
    header4(0x7b, 0x4000, Buffer.alloc(0)),
  ])
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** What 7-Zip 26 makes of `a.txt` ("hello") and, where it has no password, `setup.exe` ("MZ"). */
export const sevenZip: Readonly<
  Record<'packedHeader' | 'plainHeader' | 'encrypted' | 'encryptedHeader', Buffer>
> = {
  packedHeader: hex(`
    377abcaf271c0004d4be64676f000000000000002000000000000000b16da0d201000768656c6c6f0a4d5a0000008133
    07ae0fce9c06c5092aaed3aa8526281318bb032567e0ff99de22cd0585b650b7d7c1e4d8dc7e3b3d59c53b8b874a3d49
    9d66ddcf73bd43b7bee592ac20848062d7e0483d3c6b9599d64c94b01ddb1e12187bbb85aeaeee17929be1037a000017
    060c01096300070b01000123030101055d001000000c760a018e7a2de20000`),
  plainHeader: hex(`
    377abcaf271c000447775a2d0c0000000000000076000000000000008e7a2de201000768656c6c6f0a4d5a0001040600
    01090c00070b010001212101000c0800080d0209060a0120303a365d9bb08f0000050219040000000011210061002e00
    7400780074000000730065007400750070002e006500780065000000190200001412010092204252907ddd0192204252
    907ddd01150a01002080a4812080a4810000`),
  encrypted: hex(`
    377abcaf271c0004506c24cf100000000000000062000000000000000da4cca996c7377adb10a736d3359421d9d28c01
    0104060001091000070b0100022406f1070112530f51977a94b97109f738353f3be67351f02121010001000c0a060008
    0a0120303a3600000501190100110d0061002e007400780074000000140a010092204252907ddd01150601002080a481
    0000`),
  encryptedHeader: hex(`
    377abcaf271c0004ca53d27980000000000000002e00000000000000aa03114629cda954ccbab0785f4fecb83887ed42
    df76528b1442dd89949c41b220e09fcbeb80f80ea1f15aeb1411afb0b4b6e09ccb9d1827857d47548414bf456c3001ef
    28e062ed158621eb40778796c17663ba4aa05826f9ae37937e5152929e7e6861c36bff7f01f966897b115df3c5461fb5
    9b034407ebe996ce214bf23954fcd24117061001097000070b0100012406f1070112530faacf4a6514450832f0ba8480
    4400193c0c620a018c5fd8900000`),
}
