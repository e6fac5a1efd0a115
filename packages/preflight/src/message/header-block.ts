/** One header as it stands in the message. */
export interface HeaderField {
  /** Lower case. */
  name: string
  /** Unfolded, without the white space around it. One character for each byte. */
  value: string
}

export interface HeaderBlock {
  fields: readonly HeaderField[]
  /** Lines among the headers that are none. */
  malformed: readonly string[]
  /** Where the body begins. */
  bodyStart: number
}

/** More than any mail has; what lies behind is taken for the body. */
const mostBytes = 512 * 1024

export function readHeaderBlock(bytes: Buffer): HeaderBlock {
  const end = bytes.subarray(0, mostBytes).indexOf('\r\n\r\n')
  const startsEmpty = bytes.subarray(0, 2).equals(Buffer.from('\r\n'))
  const text = startsEmpty
    ? ''
    : bytes.toString('latin1', 0, end === -1 ? Math.min(bytes.length, mostBytes) : end)
  const fields: HeaderField[] = []
  const malformed: string[] = []
  for (const line of text.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const [, name, value] = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)$/s.exec(line) ?? []
    if (name !== undefined && value !== undefined)
      fields.push({ name: name.toLowerCase(), value: value.trim() })
    else if (line !== '') malformed.push(line)
  }
  return { fields, malformed, bodyStart: startsEmpty ? 2 : end === -1 ? bytes.length : end + 4 }
}

export function valuesOf({ fields }: HeaderBlock, name: string): string[] {
  return fields.filter((field) => field.name === name).map(({ value }) => value)
}

export function valueOf(block: HeaderBlock, name: string): string | undefined {
  return block.fields.find((field) => field.name === name)?.value
}
