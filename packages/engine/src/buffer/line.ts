import { crc32 } from 'node:zlib'

/** The first word of each line: how the rest is to be read. */
const format = '1'
const newline = 0x0a

/** One line of a buffer file: format, CRC-32 of the JSON in hexadecimal digits, JSON. */
export function encodeLine(value: unknown): Buffer {
  const json = JSON.stringify(value)
  return Buffer.from(`${format} ${checksum(json)} ${json}\n`)
}

/**
 * The values of the lines; `undefined` for a line that is damaged. A last line without its end is what a killed process
 * leaves behind: nobody was told that it is durable, so it is no line and no damage.
 */
export function decodeLines(bytes: Buffer): unknown[] {
  const values: unknown[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf(newline, from)
    if (end < 0) return values
    values.push(decodeLine(bytes.toString('utf8', from, end)))
    from = end + 1
  }
}

function decodeLine(line: string): unknown {
  const [, found, sum, json] = /^(\w+) ([0-9a-f]{8}) (.*)$/s.exec(line) ?? []
  if (found !== format || json === undefined || checksum(json) !== sum) return undefined
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0')
}
